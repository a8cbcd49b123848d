/**
 * What Lajur adds to the properties panel: the form of a task, its mutu baku, the SOP's identity. And what it takes away:
 * groups for Java classes, listeners and the like, which a diagram here can not use and the check would refuse.
 */
import { getBusinessObject, is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { SelectEntry, TextAreaEntry, TextFieldEntry, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited } from '@bpmn-io/properties-panel';
import { h } from '@bpmn-io/properties-panel/preact';
import { useService } from 'bpmn-js-properties-panel';
import { bearer, read, write } from './extension.js';

/** Of Camunda's own groups, those that the engine honours. */
const KEPT = new Set([
  'general',
  'documentation',
  'error',
  'escalation',
  'link',
  'message',
  'multiInstance',
  'signal',
  'timer',
  'CamundaPlatform__CallActivity',
  'CamundaPlatform__InMapping',
  'CamundaPlatform__OutMapping',
]);

/** The columns of mutu baku (PermenPAN-RB 35/2012), with the width of what is typed there. */
const STEP = /** @type {const} */ ([
  ['sop.no', 'Step number', 'line'],
  ['sop.kegiatan', 'Kegiatan, as printed', 'text'],
  ['sop.kelengkapan', 'Kelengkapan', 'list'],
  ['sop.waktu', 'Waktu', 'line'],
  ['sop.output', 'Output', 'list'],
  ['sop.keterangan', 'Keterangan', 'text'],
]);

/** The identity block of a SOP-AP, in the order in which it is printed. */
const IDENTITY = /** @type {const} */ ([
  ['sop.nama', 'SOP name', 'line'],
  ['sop.nomor', 'SOP number', 'line'],
  ['sop.unit', 'Unit', 'line'],
  ['sop.tanggal_pembuatan', 'Date made', 'line'],
  ['sop.tanggal_revisi', 'Date revised', 'line'],
  ['sop.tanggal_efektif', 'Date in force', 'line'],
  ['sop.disahkan_oleh', 'Approved by', 'line'],
  ['sop.dasar_hukum', 'Legal basis', 'list'],
  ['sop.kualifikasi', 'Qualification of pelaksana', 'list'],
  ['sop.keterkaitan', 'Related SOPs', 'list'],
  ['sop.peralatan', 'Equipment', 'list'],
  ['sop.peringatan', 'Warning', 'list'],
  ['sop.pencatatan', 'Records kept', 'list'],
]);

const TASKS = ['bpmn:UserTask', 'bpmn:ManualTask', 'bpmn:Task', 'bpmn:ScriptTask', 'bpmn:ServiceTask', 'bpmn:SendTask', 'bpmn:ReceiveTask', 'bpmn:CallActivity', 'bpmn:SubProcess'];

/** @param {any} props */
function SopProperty({ element, id, name, label, shape }) {
  const commandStack = useService('commandStack');
  const bpmnFactory = useService('bpmnFactory');
  const debounce = useService('debounceInput');
  const translate = useService('translate');
  const entry = shape === 'line' ? TextFieldEntry : TextAreaEntry;
  return h(/** @type {any} */ (entry), {
    element,
    id,
    label: translate(label),
    description: shape === 'list' ? translate('Several values are separated by a semicolon and a space.') : undefined,
    debounce,
    autoResize: true,
    getValue: () => read(element, name),
    setValue: (/** @type {string | undefined} */ value) =>
      commandStack.execute('properties-panel.multi-command-executor', write(element, name, value, bpmnFactory)),
  });
}

/** @param {any} props */
function FormPicker({ element, id, forms }) {
  const modeling = useService('modeling');
  const translate = useService('translate');
  const chosen = () => bearer(element).get('camunda:formKey') ?? '';
  const unknown = chosen() && !forms.includes(chosen()) ? [{ value: chosen(), label: `${chosen()} (${translate('unknown')})` }] : [];
  return h(SelectEntry, /** @type {any} */ ({
    element,
    id,
    label: translate('Form of this task'),
    getValue: chosen,
    setValue: (/** @type {string} */ value) =>
      modeling.updateModdleProperties(element, bearer(element), { 'camunda:formKey': value || undefined }),
    getOptions: () => [
      { value: '', label: translate('No form: only a confirmation') },
      ...unknown,
      ...forms.map((/** @type {string} */ key) => ({ value: key, label: key })),
    ],
  }));
}

/** A condition of a sequence flow, or the script of a script task: FEEL, and nothing else. @param {any} props */
function Feel({ element, id, label, description, getValue, setValue }) {
  const modeling = useService('modeling');
  const bpmnFactory = useService('bpmnFactory');
  const debounce = useService('debounceInput');
  const translate = useService('translate');
  return h(/** @type {any} */ (TextAreaEntry), {
    element,
    id,
    label: translate(label),
    description: translate(description),
    debounce,
    autoResize: true,
    monospace: true,
    getValue: () => getValue(getBusinessObject(element)),
    setValue: (/** @type {string | undefined} */ value) =>
      modeling.updateProperties(element, setValue(value, getBusinessObject(element), bpmnFactory)),
  });
}

const CONDITION = {
  id: 'lajur-condition',
  label: 'Condition',
  description: 'FEEL, such as: keputusan = "setuju". The flow is taken where it is true.',
  getValue: (/** @type {any} */ flow) => flow.get('conditionExpression')?.get('body') ?? '',
  setValue: (/** @type {string | undefined} */ body, /** @type {any} */ flow, /** @type {any} */ factory) => {
    const expression = body ? factory.create('bpmn:FormalExpression', { body }) : undefined;
    if (expression) {
      expression.$parent = flow;
    }
    return { conditionExpression: expression };
  },
};

const SCRIPT = {
  id: 'lajur-script',
  label: 'Assignments',
  description: 'One a line, in FEEL, such as: jumlah = count(penerima)',
  getValue: (/** @type {any} */ task) => task.get('script') ?? '',
  setValue: (/** @type {string | undefined} */ script) => ({ script, scriptFormat: script ? 'feel' : undefined }),
};

/** @param {any} element whether it is a flow that may have a condition (BPMN 2.0.2, 8.4.13) */
function mayBeConditional(element) {
  const source = is(element, 'bpmn:SequenceFlow') && getBusinessObject(element).get('sourceRef');
  return Boolean(source) && (is(source, 'bpmn:Activity') || is(source, 'bpmn:ExclusiveGateway') || is(source, 'bpmn:InclusiveGateway'));
}

/** @param {any} element @param {readonly (readonly [string, string, string])[]} rows */
function entries(element, rows) {
  return rows.map(([name, label, shape]) => ({
    id: name.replace('.', '-'),
    element,
    name,
    label,
    shape,
    component: SopProperty,
    isEdited: shape === 'line' ? isTextFieldEntryEdited : isTextAreaEntryEdited,
  }));
}

/** Adds Lajur's groups after the general one; `config.lajur.forms` are the keys of the forms to choose from. */
export class SopPropertiesProvider {
  /** @param {any} propertiesPanel @param {any} translate @param {any} config */
  constructor(propertiesPanel, translate, config) {
    this.translate = translate;
    this.forms = config?.forms ?? [];
    propertiesPanel.registerProvider(200, this);
  }

  /** @param {any} element */
  getGroups(element) {
    return (/** @type {any[]} */ groups) => {
      const kept = groups.filter((group) => KEPT.has(group.id));
      const at = kept.findIndex((group) => group.id === 'documentation');
      kept.splice(at < 0 ? 1 : at, 0, ...this.groups(element));
      return kept;
    };
  }

  /** @param {any} element */
  groups(element) {
    const groups = [];
    if (isAny(element, ['bpmn:UserTask', 'bpmn:StartEvent'])) {
      groups.push({
        id: 'lajur-form',
        label: this.translate('Form'),
        entries: [{ id: 'lajur-form-key', element, forms: this.forms, component: FormPicker, isEdited: isSelectEntryEdited }],
      });
    }
    for (const [applies, what] of /** @type {[boolean, any][]} */ ([
      [mayBeConditional(element), CONDITION],
      [is(element, 'bpmn:ScriptTask'), SCRIPT],
    ])) {
      if (applies) {
        const entry = { ...what, element, component: Feel, isEdited: isTextAreaEntryEdited };
        groups.push({ id: `${what.id}-group`, label: this.translate(what.label), entries: [entry], shouldOpen: true });
      }
    }
    if (isAny(element, TASKS)) {
      groups.push({ id: 'lajur-mutu-baku', label: this.translate('Mutu Baku'), entries: entries(element, STEP) });
    }
    if (isAny(element, ['bpmn:Process', 'bpmn:Participant', 'bpmn:Collaboration']) && bearer(element)) {
      groups.push({ id: 'lajur-identity', label: this.translate('SOP identity'), entries: entries(element, IDENTITY) });
    }
    return groups;
  }
}
/** @type {any} */ (SopPropertiesProvider).$inject = ['propertiesPanel', 'translate', 'config.lajur'];

export default {
  __init__: ['sopPropertiesProvider'],
  sopPropertiesProvider: ['type', SopPropertiesProvider],
};
