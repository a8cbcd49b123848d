/**
 * The SOP's own data in a diagram: `camunda:properties` named `sop.*`, which survive Camunda Modeler and its copy and paste.
 */
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';

/**
 * The business object that carries an element's properties: of a pool, and of the whole drawing, it is the process.
 *
 * @param {any} element
 * @returns {any}
 */
export function bearer(element) {
  const object = getBusinessObject(element);
  if (is(object, 'bpmn:Collaboration')) {
    return object.get('participants').map((/** @type {any} */ pool) => pool.get('processRef')).find(Boolean);
  }
  return is(object, 'bpmn:Participant') ? object.get('processRef') : object;
}

/** @param {any} object @returns {any} the `camunda:Properties` of a business object, if it has one */
function properties(object) {
  return object?.get('extensionElements')?.get('values').find((/** @type {any} */ value) => is(value, 'camunda:Properties'));
}

/** @param {any} element @param {string} name @returns {string} */
export function read(element, name) {
  const found = properties(bearer(element))
    ?.get('values')
    .find((/** @type {any} */ property) => property.get('name') === name);
  return found?.get('value') ?? '';
}

/**
 * The commands that set one property, to be run as one step of the undo history. An empty value removes the property.
 *
 * @param {any} element
 * @param {string} name
 * @param {string | undefined} value
 * @param {any} factory bpmnFactory
 */
export function write(element, name, value, factory) {
  const object = bearer(element);
  const update = (/** @type {any} */ target, /** @type {any} */ values) => ({
    cmd: 'element.updateModdleProperties',
    context: { element, moddleElement: target, properties: values },
  });
  const make = (/** @type {string} */ type, /** @type {any} */ parent, /** @type {any} */ values) => {
    const made = factory.create(type, values);
    made.$parent = parent;
    return made;
  };
  const commands = [];
  let extension = object.get('extensionElements');
  if (!extension) {
    extension = make('bpmn:ExtensionElements', object, { values: [] });
    commands.push(update(object, { extensionElements: extension }));
  }
  let list = properties(object);
  if (!list) {
    list = make('camunda:Properties', extension, { values: [] });
    commands.push(update(extension, { values: [...extension.get('values'), list] }));
  }
  const old = list.get('values');
  const found = old.find((/** @type {any} */ property) => property.get('name') === name);
  if (!value) {
    commands.push(update(list, { values: old.filter((/** @type {any} */ property) => property !== found) }));
  } else if (found) {
    commands.push(update(found, { value }));
  } else {
    commands.push(update(list, { values: [...old, make('camunda:Property', list, { name, value })] }));
  }
  return commands;
}
