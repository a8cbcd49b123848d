/**
 * What people meet at a task: its form, and when it is due. And a flow's condition, a script's assignments.
 *
 * @typedef {import('./fields.js').Panel} Panel
 */
import { getBusinessObject, is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { update } from '../extension.js';
import { choices, group } from './fields.js';
import { MOMENTS } from './timers.js';

/** @param {Panel} panel @param {any} element */
export function groups(panel, element) {
  const found = [];
  if (hasForm(element)) {
    found.push({ ...group(panel, element, 'lajur-form', 'Form', [form(panel, element)]), shouldOpen: false });
  }
  if (is(element, 'bpmn:UserTask')) {
    found.push({ ...group(panel, element, 'lajur-due', 'Due date', [due(element)]), shouldOpen: false });
  }
  if (mayBeConditional(element)) {
    found.push(group(panel, element, 'lajur-condition-group', 'Condition', [condition(element)]));
  }
  if (is(element, 'bpmn:ScriptTask')) {
    found.push(group(panel, element, 'lajur-script-group', 'Assignments', [script(element)]));
  }
  return found;
}

/** @param {any} element whether somebody fills in a form there: nobody does where a timer or a message starts the case */
function hasForm(element) {
  const object = getBusinessObject(element);
  if (is(element, 'bpmn:StartEvent')) {
    return object.get('eventDefinitions').length === 0 || Boolean(object.get('camunda:formKey'));
  }
  return is(element, 'bpmn:UserTask');
}

/** @param {any} element whether it is a flow that may have a condition (BPMN 2.0.2, 8.4.13) */
function mayBeConditional(element) {
  const source = is(element, 'bpmn:SequenceFlow') && getBusinessObject(element).get('sourceRef');
  return Boolean(source) && isAny(source, ['bpmn:Activity', 'bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway']);
}

/** @param {Panel} panel @param {any} element */
function form(panel, element) {
  const task = getBusinessObject(element);
  const chosen = () => task.get('camunda:formKey') ?? '';
  return {
    id: 'lajur-form-key',
    label: 'Form of this task',
    shape: /** @type {const} */ ('choice'),
    options: () => choices(panel, 'No form: only a confirmation', chosen(), panel.forms),
    get: chosen,
    set: (/** @type {string} */ key) => [update(element, task, { 'camunda:formKey': key || undefined })],
  };
}

/** @param {any} element */
function due(element) {
  const task = getBusinessObject(element);
  return {
    id: 'lajur-due-date',
    label: 'Due',
    hint: 'Left empty, Waktu of mutu baku gives it, in working time.',
    examples: /** @type {const} */ ([['PT4H', 'four hours after the task opens'], ...MOMENTS]),
    get: () => task.get('camunda:dueDate'),
    set: (/** @type {string} */ value) => [update(element, task, { 'camunda:dueDate': value || undefined })],
  };
}

/** @param {any} element */
function condition(element) {
  const flow = getBusinessObject(element);
  return {
    id: 'lajur-condition',
    label: 'Condition',
    shape: /** @type {const} */ ('feel'),
    hint: 'FEEL, such as: keputusan = "setuju". The flow is taken where it is true.',
    get: () => flow.get('conditionExpression')?.get('body'),
    set: (/** @type {string} */ body, /** @type {any} */ factory) => {
      const conditionExpression = body ? factory.create('bpmn:FormalExpression', { body }) : undefined;
      if (conditionExpression) {
        conditionExpression.$parent = flow;
      }
      return [{ cmd: 'element.updateProperties', context: { element, properties: { conditionExpression } } }];
    },
  };
}

/** @param {any} element */
function script(element) {
  const task = getBusinessObject(element);
  return {
    id: 'lajur-script',
    label: 'Assignments',
    shape: /** @type {const} */ ('feel'),
    hint: 'One a line, in FEEL, such as: jumlah = count(penerima)',
    get: () => task.get('script'),
    set: (/** @type {string} */ text) => [
      update(element, task, { script: text || undefined, scriptFormat: text ? 'feel' : undefined }),
    ],
  };
}
