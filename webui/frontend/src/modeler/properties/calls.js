/**
 * The SOP that a call activity calls, and which version of it. Camunda's own binding means versions of its deployments: it is not
 * honoured here, so it is not offered.
 *
 * @typedef {import('./fields.js').Panel} Panel
 */
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';
import { read, update, write } from '../extension.js';
import { group } from './fields.js';

export const VERSION = 'call.version';
const LATEST = 'latest';

/**
 * The panel's group of mappings, without the scopes that only Camunda has; none for a signal, which carries nothing here.
 *
 * @param {any} element
 * @param {any} group
 */
export function map(element, group) {
  if (!is(element, 'bpmn:CallActivity')) {
    return null;
  }
  const items = group.items.map((/** @type {any} */ item) => ({
    ...item,
    entries: item.entries.filter((/** @type {any} */ entry) => !entry.id.endsWith('-local')),
  }));
  return { ...group, items };
}

/** @param {Panel} panel @param {any} element */
export function groups(panel, element) {
  if (!is(element, 'bpmn:CallActivity')) {
    return [];
  }
  const { translate } = panel;
  const call = getBusinessObject(element);
  return [
    group(panel, element, 'lajur-call', 'Called element', [
      {
        id: 'lajur-called',
        label: 'Key of the called SOP',
        get: () => call.get('calledElement'),
        set: (key) => [update(element, call, { calledElement: key || undefined })],
      },
      {
        id: 'lajur-call-version',
        label: 'Which version',
        shape: 'choice',
        options: () => [
          { value: '', label: translate('Fixed when the case starts') },
          { value: LATEST, label: translate('The newest at the moment of the call') },
        ],
        get: () => (read(element, VERSION) === LATEST ? LATEST : ''),
        set: (value, factory) => write(element, VERSION, value, factory),
      },
    ]),
  ];
}
