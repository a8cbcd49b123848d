/**
 * What Lajur adds to the properties panel, and what it takes away: groups for Java classes, listeners and the like, which a
 * diagram here can not use and the check would refuse. Each module of properties/ gives the groups of one idea.
 *
 * @typedef {import('./properties/fields.js').Panel} Panel
 */
import * as calls from './properties/calls.js';
import * as messages from './properties/messages.js';
import Replacing from './properties/replacing.js';
import * as service from './properties/service.js';
import * as sop from './properties/sop.js';
import * as tasks from './properties/tasks.js';
import * as timers from './properties/timers.js';

/** Of the panel's and Camunda's own groups, those that the engine honours: what an element is comes before ours, the rest after. */
const FIRST = new Set(['general', 'error', 'escalation', 'link', 'message', 'signal', 'timer']);
const LAST = new Set(['documentation', 'multiInstance', 'CamundaPlatform__InMapping', 'CamundaPlatform__OutMapping']);

/** Entries of theirs that the engine does not honour. */
const IGNORED = new Set([
  'versionTag',
  'errorMessage',
  'errorCodeVariable',
  'errorMessageVariable',
  'escalationCodeVariable',
  'multiInstanceAsynchronousBefore',
  'multiInstanceAsynchronousAfter',
  'multiInstanceExclusive',
  'multiInstanceRetryTimeCycle',
]);

/** Those groups that are others here, or none. @type {Record<string, (element: any, group: any) => any>} */
const CHANGED = {
  message: messages.complete,
  timer: timers.explain,
  CamundaPlatform__InMapping: calls.map,
  CamundaPlatform__OutMapping: calls.map,
};

/** @param {any} _element @param {any} group */
const honoured = (_element, group) => ({
  ...group,
  entries: group.entries?.filter((/** @type {any} */ entry) => !IGNORED.has(entry.id)),
});

const ADDED = [service, messages, calls, tasks, sop];

/** Adds Lajur's groups after those that say what an element is; `config.lajur` has the forms' keys and the connectors. */
export class SopPropertiesProvider {
  /** @param {any} propertiesPanel @param {any} translate @param {any} commandStack @param {any} bpmnFactory @param {any} config */
  constructor(propertiesPanel, translate, commandStack, bpmnFactory, config) {
    /** @type {Panel} */
    this.panel = { translate, commandStack, bpmnFactory, forms: config?.forms ?? [], connectors: config?.connectors ?? {} };
    propertiesPanel.registerProvider(200, this);
  }

  /** @param {any} element */
  getGroups(element) {
    return (/** @type {any[]} */ groups) => {
      const { translate } = this.panel;
      const kept = (/** @type {Set<string>} */ ids) =>
        groups
          .filter(({ id }) => ids.has(id))
          .map((group) => (CHANGED[group.id] ?? honoured)(element, group))
          .filter(Boolean)
          .map((group) => ({ translate, ...group }));
      return [...kept(FIRST), ...ADDED.flatMap((each) => each.groups(this.panel, element)), ...kept(LAST)];
    };
  }
}
/** @type {any} */ (SopPropertiesProvider).$inject = ['propertiesPanel', 'translate', 'commandStack', 'bpmnFactory', 'config.lajur'];

export default {
  __init__: ['sopPropertiesProvider', 'lajurReplacing'],
  sopPropertiesProvider: ['type', SopPropertiesProvider],
  lajurReplacing: ['type', Replacing],
};
