/**
 * Messages: which one a send task sends, the key on which sender and receiver agree, and what a message carries.
 *
 * @typedef {import('./fields.js').Panel} Panel
 * @typedef {import('./fields.js').FieldDefinition} FieldDefinition
 */
import { getBusinessObject, is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { CODE, TOPIC, read, strip, update, write } from '../extension.js';
import { field, group, list } from './fields.js';

export const KEY = 'message.key';
const NEW = 'new';

/** @param {any} element whether it has the message as its event (BPMN 2.0.2, 10.5.5) */
function tells(element) {
  const definitions = is(element, 'bpmn:Event') ? (getBusinessObject(element).get('eventDefinitions') ?? []) : [];
  return definitions.some((/** @type {any} */ each) => is(each, 'bpmn:MessageEventDefinition'));
}

/** @param {any} element */
export const sends = (element) => is(element, 'bpmn:SendTask') || (is(element, 'bpmn:ThrowEvent') && tells(element));

/** @param {any} element */
export const awaits = (element) => is(element, 'bpmn:ReceiveTask') || (is(element, 'bpmn:CatchEvent') && tells(element));

/** @param {Panel} panel @param {any} element */
export function groups(panel, element) {
  const found = [];
  if (is(element, 'bpmn:SendTask')) {
    found.push(group(panel, element, 'message', 'Message', [...message(panel, element), key(element)]));
  }
  if (sends(element)) {
    found.push(
      list(panel, element, {
        id: 'lajur-payload',
        label: 'Content of the message',
        kind: 'inputParameters',
        naming: 'Name',
      }),
    );
  }
  return found;
}

/** The panel's group for messages, with the key. @param {any} element @param {any} group */
export function complete(element, group) {
  return { ...group, entries: [...group.entries, field(element, key(element))], shouldOpen: true };
}

/** @param {any} element @returns {FieldDefinition} */
function key(element) {
  return {
    id: 'lajur-message-key',
    label: 'Key of the message',
    shape: 'feel',
    hint: about(element),
    get: () => read(element, KEY),
    set: (value, factory) => write(element, KEY, value, factory),
  };
}

/** @param {any} element */
function about(element) {
  if (sends(element)) {
    return 'FEEL over the case, such as: nomor_surat. Who waits with the same key gets the message. Left empty: the business key.';
  }
  if (isAny(getBusinessObject(element).$parent, ['bpmn:Process']) && is(element, 'bpmn:StartEvent')) {
    return 'FEEL over the message, such as: nomor_surat. It gives the new case its business key. Left empty: the key sent along.';
  }
  return 'FEEL over the case and over the message, such as: nomor_surat. Both must give the same. Left empty: the business key.';
}

/**
 * Which message a send task sends; the panel offers that for events and receive tasks only.
 *
 * @param {Panel} panel
 * @param {any} element
 * @returns {FieldDefinition[]}
 */
function message({ translate }, element) {
  const task = getBusinessObject(element);
  const root = definitions(task);
  const all = root.get('rootElements').filter((/** @type {any} */ each) => is(each, 'bpmn:Message'));
  const chosen = task.get('messageRef');
  /** @type {FieldDefinition} */
  const reference = {
    id: 'messageRef',
    label: 'Global message reference',
    shape: 'choice',
    options: () => [
      { value: '', label: translate('<none>') },
      { value: NEW, label: translate('Create new ...') },
      ...all.map((/** @type {any} */ each) => ({ value: each.get('id'), label: each.get('name') || each.get('id') })),
    ],
    get: () => chosen?.get('id'),
    set: (value, factory) => {
      const cleared = strip(element, [...CODE, ...TOPIC]);
      if (value !== NEW) {
        return [...cleared, update(element, task, { messageRef: all.find((/** @type {any} */ each) => each.get('id') === value) })];
      }
      const made = factory.create('bpmn:Message');
      made.set('name', task.get('name') || made.get('id'));
      made.$parent = root;
      return [
        ...cleared,
        update(element, root, { rootElements: [...root.get('rootElements'), made] }),
        update(element, task, { messageRef: made }),
      ];
    },
  };
  /** @type {FieldDefinition} */
  const name = {
    id: 'messageName',
    label: 'Name',
    get: () => chosen.get('name'),
    set: (value) => [update(element, chosen, { name: value || undefined })],
  };
  return chosen ? [reference, name] : [reference];
}

/** @param {any} object @returns {any} the `bpmn:Definitions` around it */
function definitions(object) {
  return is(object, 'bpmn:Definitions') ? object : definitions(object.$parent);
}
