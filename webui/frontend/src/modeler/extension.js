/**
 * What a diagram says beyond BPMN: Camunda's extensions, which survive Camunda Modeler and its copy and paste. The SOP's own
 * data are `camunda:properties`. What changes something gives commands, to be run as one step of the undo history.
 *
 * @typedef {{ cmd: string, context: object }} Command
 */
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';

/** The extensions that are written here, with what they hold; one that holds nothing is taken away. */
const CONTENT = {
  'camunda:Properties': ['values'],
  'camunda:InputOutput': ['inputParameters', 'outputParameters'],
  'camunda:FailedJobRetryTimeCycle': ['body'],
};

/** How Camunda has a task done by a machine: by a connector's topic, and in ways that nothing here honours. */
export const TOPIC = ['camunda:type', 'camunda:topic'];
export const CODE = [
  'camunda:class',
  'camunda:expression',
  'camunda:delegateExpression',
  'camunda:resultVariable',
  'implementation',
  'operationRef',
];

/**
 * The business object that carries an element's extensions: of a pool, and of the whole drawing, it is the process.
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

/** @param {any} element @param {any} target a moddle element of it @param {object} properties @returns {Command} */
export function update(element, target, properties) {
  return { cmd: 'element.updateModdleProperties', context: { element, moddleElement: target, properties } };
}

/**
 * The command that takes attributes off an element, if it has any of them.
 *
 * @param {any} element
 * @param {string[]} names
 * @returns {Command[]}
 */
export function strip(element, names) {
  const object = bearer(element);
  const there = names.filter((name) => object.$descriptor.propertiesByName[name] && object.get(name) !== undefined);
  return there.length ? [update(element, object, Object.fromEntries(there.map((name) => [name, undefined])))] : [];
}

/** @param {any} element @param {keyof typeof CONTENT} type @returns {any} the element's extension of this type, if it has one */
export function extension(element, type) {
  return bearer(element)
    ?.get('extensionElements')
    ?.get('values')
    .find((/** @type {any} */ value) => is(value, type));
}

/**
 * Change what an extension holds, and make it where it is missing.
 *
 * @param {any} element
 * @param {keyof typeof CONTENT} type
 * @param {Record<string, any>} values of those named in CONTENT, the ones that change
 * @param {any} factory bpmnFactory
 * @returns {Command[]}
 */
export function put(element, type, values, factory) {
  const old = extension(element, type);
  if (CONTENT[type].every((name) => !(name in values ? values[name] : old?.get(name))?.length)) {
    return drop(element, [type]);
  }
  const changed = old ?? factory.create(type, values);
  for (const child of Object.values(values).flat()) {
    if (child?.$type) {
      child.$parent = changed;
    }
  }
  if (old) {
    return [update(element, old, values)];
  }
  const object = bearer(element);
  const holder = object.get('extensionElements');
  const around = holder ?? factory.create('bpmn:ExtensionElements', { values: [changed] });
  changed.$parent = around;
  if (holder) {
    return [update(element, holder, { values: [...holder.get('values'), changed] })];
  }
  around.$parent = object;
  return [update(element, object, { extensionElements: around })];
}

/**
 * The command that takes whole extensions away, if there are any.
 *
 * @param {any} element
 * @param {(keyof typeof CONTENT)[]} types
 * @returns {Command[]}
 */
export function drop(element, types) {
  const object = bearer(element);
  const holder = object.get('extensionElements');
  const all = holder?.get('values') ?? [];
  const rest = all.filter((/** @type {any} */ value) => !types.some((type) => is(value, type)));
  if (rest.length === all.length) {
    return [];
  }
  return [rest.length ? update(element, holder, { values: rest }) : update(element, object, { extensionElements: undefined })];
}

/** @param {any} element @param {string} name @returns {any} the `camunda:Property` of that name */
function property(element, name) {
  return extension(element, 'camunda:Properties')
    ?.get('values')
    .find((/** @type {any} */ each) => each.get('name') === name);
}

/** @param {any} element @param {string} name @returns {string} the value of a property, "" without it */
export function read(element, name) {
  return property(element, name)?.get('value') ?? '';
}

/**
 * Set one property; an empty value removes it.
 *
 * @param {any} element
 * @param {string} name
 * @param {string} value
 * @param {any} factory bpmnFactory
 */
export function write(element, name, value, factory) {
  const found = property(element, name);
  if (found && value) {
    return [update(element, found, { value })];
  }
  const old = extension(element, 'camunda:Properties')?.get('values') ?? [];
  const rest = old.filter((/** @type {any} */ each) => each !== found);
  const values = value ? [...rest, factory.create('camunda:Property', { name, value })] : rest;
  return put(element, 'camunda:Properties', { values }, factory);
}
