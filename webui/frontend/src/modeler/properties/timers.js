/**
 * When a timer is due. The panel's own group writes the right elements, but its words tell of Camunda's expressions: ours of FEEL
 * and cron.
 *
 * @typedef {import('./fields.js').Panel} Panel
 */
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';
import { update } from '../extension.js';
import { field } from './fields.js';

export const MOMENTS = /** @type {const} */ ([
  ['2026-03-31T08:00', "at this time by the office's clock"],
  ['tanggal_rapat - duration("P1D")', 'FEEL: a day before a date of the case'],
]);

const KINDS = {
  timeDate: { label: 'Date', examples: MOMENTS },
  timeDuration: {
    label: 'Duration',
    examples: /** @type {const} */ ([
      ['PT30M', 'thirty minutes'],
      ['P3D', 'three days'],
      ['duration("P1D") * jumlah_hari', 'FEEL: as many days as the case says'],
    ]),
  },
  timeCycle: {
    label: 'Cycle',
    examples: /** @type {const} */ ([
      ['R3/PT1H', 'three times, an hour apart'],
      ['R/2026-01-05T08:00/P1W', 'every week from that day on'],
      ['0 8 * * 1-5', 'cron: at eight from Monday to Friday'],
      ['@daily', 'at midnight; also @hourly, @weekly, @monthly, @yearly'],
      ['"R" + string(kali) + "/P1D"', 'FEEL that gives such a text'],
    ]),
  },
};

/** The panel's group with our words. @param {any} element @param {any} group */
export function explain(element, group) {
  const entries = group.entries.map((/** @type {any} */ entry) =>
    entry.id === 'timerEventDefinitionValue' ? value(element, entry) : entry,
  );
  return { ...group, entries, shouldOpen: true };
}

/** @param {any} element @param {any} entry of the panel, which knows the timer and its kind */
function value(element, { id, timerEventDefinition, timerEventDefinitionType }) {
  const { label, examples } = KINDS[/** @type {keyof typeof KINDS} */ (timerEventDefinitionType)];
  const expression = timerEventDefinition.get(timerEventDefinitionType);
  return field(element, {
    id,
    label,
    examples,
    hint: startsCases(element) ? "By the office's clock. What is past when the SOP is deployed starts nothing." : undefined,
    get: () => expression?.get('body'),
    set: (body) => [update(element, expression, { body: body || undefined })],
  });
}

/** @param {any} element */
function startsCases(element) {
  return is(element, 'bpmn:StartEvent') && is(getBusinessObject(element).$parent, 'bpmn:Process');
}
