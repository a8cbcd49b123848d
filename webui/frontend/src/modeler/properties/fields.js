/**
 * The parts that the panel's groups are made of: a field with its hint and examples, and a list of names with their FEEL.
 *
 * @typedef {import('../extension.js').Command} Command
 * @typedef {{ translate: any, commandStack: any, bpmnFactory: any, forms: string[], connectors: Record<string, Connector> }} Panel
 * @typedef {{ inputs: Record<string, boolean>, outputs: string[] }} Connector inputs: name -> required
 * @typedef {{
 *   id: string,
 *   label: string,
 *   shape?: 'line' | 'text' | 'feel' | 'choice',
 *   hint?: string,
 *   values?: Record<string, unknown>,
 *   examples?: readonly (readonly [string, string])[],
 *   options?: () => { value: string, label: string }[],
 *   get: () => string | undefined,
 *   set: (value: string, factory: any) => Command[],
 * }} FieldDefinition texts are English originals, `values` fill them; `get` and `set` read and write the diagram
 */
import {
  ListGroup,
  SelectEntry,
  TextAreaEntry,
  TextFieldEntry,
  isSelectEntryEdited,
  isTextAreaEntryEdited,
  isTextFieldEntryEdited,
} from '@bpmn-io/properties-panel';
import { h } from '@bpmn-io/properties-panel/preact';
import { useService } from 'bpmn-js-properties-panel';
import { extension, put, update } from '../extension.js';

const SHAPES = {
  line: { entry: TextFieldEntry, isEdited: isTextFieldEntryEdited },
  text: { entry: TextAreaEntry, isEdited: isTextAreaEntryEdited },
  feel: { entry: TextAreaEntry, isEdited: isTextAreaEntryEdited },
  choice: { entry: SelectEntry, isEdited: isSelectEntryEdited },
};

/** @param {any} commandStack @param {Command[]} commands run as one step of the undo history */
export function run(commandStack, commands) {
  if (commands.length) {
    commandStack.execute('properties-panel.multi-command-executor', commands);
  }
}

/** @param {any} props */
function Field({ element, id, label, shape = 'line', hint, values, examples = [], options, get, set }) {
  const commandStack = useService('commandStack');
  const bpmnFactory = useService('bpmnFactory');
  const debounce = useService('debounceInput');
  const translate = useService('translate');
  const rows = examples.map((/** @type {[string, string]} */ [code, meaning]) =>
    h('li', /** @type {any} */ ({ key: code }), h('code', null, code), ' ', translate(meaning)),
  );
  const listed = rows.length > 0 && h('ul', /** @type {any} */ ({ class: 'lajur-examples' }), rows);
  const about = [hint && translate(hint, values), listed];
  return h(SHAPES[/** @type {keyof typeof SHAPES} */ (shape)].entry, {
    element,
    id,
    label: translate(label, values),
    description: about.some(Boolean) ? about : undefined,
    debounce,
    translate,
    autoResize: true,
    monospace: shape === 'feel',
    getValue: () => get() ?? '',
    setValue: (/** @type {string | undefined} */ value) => run(commandStack, set(value ?? '', bpmnFactory)),
    getOptions: options,
  });
}

/** A field as the panel wants it. @param {any} element @param {FieldDefinition} definition */
export function field(element, definition) {
  return { ...definition, element, component: Field, isEdited: SHAPES[definition.shape ?? 'line'].isEdited };
}

/**
 * An open group of fields.
 *
 * @param {Panel} panel
 * @param {any} element
 * @param {string} id
 * @param {string} label
 * @param {FieldDefinition[]} fields
 */
export function group({ translate }, element, id, label, fields) {
  return { id, label: translate(label), translate, shouldOpen: true, entries: fields.map((each) => field(element, each)) };
}

/**
 * What a choice offers: nothing, what the file has although nobody here knows it, and what is known.
 *
 * @param {Panel} panel
 * @param {string} none the words for nothing
 * @param {string} chosen
 * @param {string[]} known
 */
export function choices({ translate }, none, chosen, known) {
  const foreign = chosen && !known.includes(chosen) ? [{ value: chosen, label: `${chosen} (${translate('unknown')})` }] : [];
  return [{ value: '', label: translate(none) }, ...foreign, ...known.map((each) => ({ value: each, label: each }))];
}

/** The `camunda:inputOutput` of an element. @param {any} element @param {'inputParameters' | 'outputParameters'} kind @returns {any[]} */
export function parameters(element, kind) {
  return extension(element, 'camunda:InputOutput')?.get(kind) ?? [];
}

/** What replaces a parameter's value: FEEL, in place of the list, map or script that other tools write. @param {string} value */
export const feel = (value) => ({ value: value || undefined, definition: undefined });

/**
 * A group that lists parameters, each a name and its FEEL.
 *
 * @param {Panel} panel
 * @param {any} element
 * @param {{
 *   id: string,
 *   label: string,
 *   kind: 'inputParameters' | 'outputParameters',
 *   naming: string,
 *   hint?: string,
 *   values?: Record<string, unknown>,
 *   suggest?: (used: string[]) => string,
 * }} definition `naming` is the label of a parameter's name, `suggest` gives the name that a new one begins with
 */
export function list({ translate, commandStack, bpmnFactory }, element, { id, label, kind, naming, hint, values, suggest }) {
  const write = (/** @type {any[]} */ next) =>
    run(commandStack, put(element, 'camunda:InputOutput', { [kind]: next }, bpmnFactory));
  const items = parameters(element, kind).map((parameter, index) => {
    const item = `${element.id}-${id}-${index}`;
    return {
      id: item,
      label: [parameter.get('name'), parameter.get('value')].filter(Boolean).join(' = '),
      autoFocusEntry: `${item}-name`,
      entries: [
        field(element, {
          id: `${item}-name`,
          label: naming,
          get: () => parameter.get('name'),
          set: (name) => [update(element, parameter, { name: name || undefined })],
        }),
        field(element, {
          id: `${item}-value`,
          label: 'Value (FEEL)',
          shape: 'feel',
          hint,
          values,
          get: () => parameter.get('value'),
          set: (value) => [update(element, parameter, feel(value))],
        }),
      ],
      remove: (/** @type {Event} */ event) => {
        event.stopPropagation();
        write(parameters(element, kind).filter((each) => each !== parameter));
        focusAdding(id);
      },
    };
  });
  const add = (/** @type {Event} */ event) => {
    event.stopPropagation();
    const all = parameters(element, kind);
    const name = suggest?.(all.map((each) => each.get('name'))) || undefined;
    const type = kind === 'inputParameters' ? 'camunda:InputParameter' : 'camunda:OutputParameter';
    write([...all, bpmnFactory.create(type, { name, value: name })]);
  };
  return { id, label: translate(label), translate, component: ListGroup, items, add };
}

/** The removed item had the keyboard's focus; the group's own button is what stays near. @param {string} id of the group */
function focusAdding(id) {
  requestAnimationFrame(() => {
    const button = document.querySelector(`[data-group-id="group-${id}"] .bio-properties-panel-add-entry`);
    /** @type {HTMLElement | null} */ (button)?.focus();
  });
}
