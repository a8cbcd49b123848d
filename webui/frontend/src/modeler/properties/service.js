/**
 * What a service task has done by a machine: the connector (`camunda:topic`), what it is given and what is kept of its answer
 * (`camunda:inputOutput`), and how often it is tried (`camunda:failedJobRetryTimeCycle`).
 *
 * @typedef {import('./fields.js').Panel} Panel
 * @typedef {import('./fields.js').Connector} Connector
 * @typedef {import('./fields.js').FieldDefinition} FieldDefinition
 */
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';
import { CODE, TOPIC, drop, extension, put, strip, update } from '../extension.js';
import { choices, feel, group, list, parameters } from './fields.js';

export const RETRY = 'camunda:FailedJobRetryTimeCycle';

/** @param {Panel} panel @param {any} element */
export function groups(panel, element) {
  if (!is(element, 'bpmn:ServiceTask')) {
    return [];
  }
  const name = chosen(element);
  if (!name) {
    return [group(panel, element, 'lajur-service', 'Connector', [connector(panel, element)])];
  }
  const { inputs = {}, outputs = [] } = panel.connectors[name] ?? {};
  return [
    group(panel, element, 'lajur-service', 'Connector', [connector(panel, element), ...fields(element, inputs), tries(element)]),
    list(panel, element, {
      id: 'lajur-service-outputs',
      label: 'Results kept in the case',
      kind: 'outputParameters',
      naming: 'Variable',
      hint: outputs.length ? 'The connector gives: {names}' : undefined,
      values: { names: outputs.join(', ') },
      suggest: (used) => outputs.find((output) => !used.includes(output)) ?? '',
    }),
  ];
}

/** @param {any} element @returns {string} the connector's name, "" for none */
function chosen(element) {
  const task = getBusinessObject(element);
  return (task.get('camunda:type') === 'external' && task.get('camunda:topic')) || '';
}

/** @param {Panel} panel @param {any} element @returns {FieldDefinition} */
function connector(panel, element) {
  const name = chosen(element);
  return {
    id: 'lajur-connector',
    label: 'What does it',
    shape: 'choice',
    hint: name ? 'Inputs are FEEL: a text stands in quotes, such as "umum@contoh.go.id".' : undefined,
    options: () => choices(panel, 'Not chosen yet', name, Object.keys(panel.connectors)),
    get: () => name,
    set: (next, factory) => choose(element, next, panel.connectors[next], factory),
  };
}

/**
 * Take another connector: inputs that it knows too stay, the others go; without any connector nothing stays that only one uses.
 *
 * @param {any} element
 * @param {string} name
 * @param {Connector | undefined} connector
 * @param {any} factory
 */
function choose(element, name, connector, factory) {
  const known = connector?.inputs ?? {};
  const kept = parameters(element, 'inputParameters').filter((each) => each.get('name') in known);
  const task = getBusinessObject(element);
  if (name) {
    return [
      ...strip(element, CODE),
      update(element, task, { 'camunda:type': 'external', 'camunda:topic': name }),
      ...put(element, 'camunda:InputOutput', { inputParameters: kept }, factory),
    ];
  }
  return clear(element);
}

/** Take everything off that only a connector uses. @param {any} element */
function clear(element) {
  return [...strip(element, TOPIC), ...drop(element, ['camunda:InputOutput', RETRY])];
}

/**
 * One field for each input, those that must be given first, those that the connector does not know last.
 *
 * @param {any} element
 * @param {Record<string, boolean>} inputs
 * @returns {FieldDefinition[]}
 */
function fields(element, inputs) {
  const given = parameters(element, 'inputParameters').map((each) => each.get('name') ?? '');
  const foreign = given.filter((name) => !(name in inputs));
  const names = Object.keys(inputs);
  const sorted = [...names.filter((name) => inputs[name]), ...names.filter((name) => !inputs[name]), ...new Set(foreign)];
  return sorted.map((name) => {
    const note = foreign.includes(name) ? ' (unknown)' : inputs[name] ? ' (required)' : '';
    return {
      id: `lajur-input-${name}`,
      label: `{name}${note}`,
      values: { name },
      shape: 'feel',
      get: () => input(element, name)?.get('value'),
      set: (value, factory) => give(element, name, value, factory),
    };
  });
}

/** @param {any} element @param {string} name @returns {any} */
function input(element, name) {
  return parameters(element, 'inputParameters').find((each) => (each.get('name') ?? '') === name);
}

/** @param {any} element @param {string} name @param {string} value "" takes the input away @param {any} factory */
function give(element, name, value, factory) {
  const found = input(element, name);
  if (found && value) {
    return [update(element, found, feel(value))];
  }
  const rest = parameters(element, 'inputParameters').filter((each) => each !== found);
  const inputParameters = value ? [...rest, factory.create('camunda:InputParameter', { name, value })] : rest;
  return put(element, 'camunda:InputOutput', { inputParameters }, factory);
}

/** @param {any} element @returns {FieldDefinition} */
function tries(element) {
  return {
    id: 'lajur-retry',
    label: 'Tries',
    hint: 'Left empty: three tries, with a longer wait each time.',
    examples: [['R5/PT10M', 'five tries, ten minutes apart']],
    get: () => extension(element, RETRY)?.get('body'),
    set: (value, factory) => retry(element, value, factory),
  };
}

/** @param {any} element @param {string} body @param {any} factory */
function retry(element, body, factory) {
  return put(element, RETRY, { body }, factory);
}
