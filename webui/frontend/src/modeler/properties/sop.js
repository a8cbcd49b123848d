/**
 * The SOP's own data: mutu baku of a step, the identity of the whole.
 *
 * @typedef {import('./fields.js').Panel} Panel
 */
import { is, isAny } from 'bpmn-js/lib/util/ModelUtil';
import { bearer, read, write } from '../extension.js';
import { group } from './fields.js';

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
  ['sop.digantikan_oleh', 'Superseded by (key of an SOP)', 'line'],
]);

/** @param {Panel} panel @param {any} element */
export function groups(panel, element) {
  const found = [];
  if (is(element, 'bpmn:Activity')) {
    found.push(rows(panel, element, 'lajur-mutu-baku', 'Mutu Baku', STEP));
  }
  if (isAny(element, ['bpmn:Process', 'bpmn:Participant', 'bpmn:Collaboration']) && bearer(element)) {
    found.push(rows(panel, element, 'lajur-identity', 'SOP identity', IDENTITY));
  }
  return found;
}

/**
 * @param {Panel} panel
 * @param {any} element
 * @param {string} id
 * @param {string} label
 * @param {readonly (readonly [string, string, string])[]} table property, title and shape of each row
 */
function rows(panel, element, id, label, table) {
  const fields = table.map(([name, title, shape]) => ({
    id: name.replace('.', '-'),
    label: title,
    shape: shape === 'line' ? /** @type {const} */ ('line') : /** @type {const} */ ('text'),
    hint: shape === 'list' ? 'Several values are separated by a semicolon and a space.' : undefined,
    get: () => read(element, name),
    set: (/** @type {string} */ value, /** @type {any} */ factory) => write(element, name, value, factory),
  }));
  return { ...group(panel, element, id, label, fields), shouldOpen: false };
}
