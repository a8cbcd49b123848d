/**
 * The modeler's words in the user's language. bpmn-js asks for each text by its English original; one without an entry
 * stays English.
 */
import id from './id.json';

/** @type {Record<string, Record<string, string>>} */
const CATALOGUES = { id };

/**
 * @param {string} locale
 * @returns {{ translate: (text: string, values?: Record<string, unknown>) => string, module: object }}
 */
export function translation(locale) {
  const words = CATALOGUES[locale] ?? {};
  const translate = (/** @type {string} */ text, /** @type {Record<string, unknown>} */ values = {}) =>
    (words[text] ?? text).replace(/{([^}]+)}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  return { translate, module: { translate: ['value', translate] } };
}
