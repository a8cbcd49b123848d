/**
 * When an element becomes one of another kind, what only the old kind used goes with it, in the same step of the undo history:
 * nothing may stay that the panel no longer shows.
 */
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { TOPIC, drop, strip, write } from '../extension.js';
import { VERSION } from './calls.js';
import { run } from './fields.js';
import { KEY, awaits, sends } from './messages.js';
import { RETRY } from './service.js';

/** @param {any} element what its `camunda:inputOutput` is there for */
function purpose(element) {
  return is(element, 'bpmn:ServiceTask') ? 'connector' : sends(element) ? 'message' : '';
}

/** @param {any} old @param {any} element */
function leftovers(old, element) {
  /** @type {('camunda:InputOutput' | 'camunda:FailedJobRetryTimeCycle')[]} */
  const extensions = is(old, 'bpmn:ServiceTask') ? [RETRY] : [];
  if (purpose(old) && purpose(old) !== purpose(element)) {
    extensions.push('camunda:InputOutput');
  }
  return [...(is(element, 'bpmn:ServiceTask') ? [] : strip(element, TOPIC)), ...drop(element, extensions)];
}

/** @param {any} eventBus @param {any} commandStack @param {any} bpmnFactory */
export default function Replacing(eventBus, commandStack, bpmnFactory) {
  eventBus.on('commandStack.shape.replace.postExecuted', (/** @type {any} */ { context: { oldShape, newShape } }) => {
    run(commandStack, leftovers(oldShape, newShape));
    if (!sends(newShape) && !awaits(newShape)) {
      run(commandStack, write(newShape, KEY, '', bpmnFactory));
    }
    if (!is(newShape, 'bpmn:CallActivity')) {
      run(commandStack, write(newShape, VERSION, '', bpmnFactory));
    }
  });
}
Replacing.$inject = ['eventBus', 'commandStack', 'bpmnFactory'];
