// Files as Camunda Modeler's own libraries see them, for the tests; prints JSON.
//
// `node interchange.mjs FILE.bpmn...`             -> { FILE: { xml, warnings } }: read and written again
// `node interchange.mjs --templates FILE.json...` -> { FILE: { valid, errors } }: element templates for Camunda 7
import { validateAll } from '@bpmn-io/element-templates-validator';
import { BpmnModdle } from 'bpmn-moddle';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CAMUNDA = fileURLToPath(import.meta.resolve('camunda-bpmn-moddle/resources/camunda.json'));
const camunda = JSON.parse(readFileSync(CAMUNDA, 'utf8'));

/** @param {string} file */
async function again(file) {
  const moddle = new BpmnModdle({ camunda });
  const { rootElement, warnings } = await moddle.fromXML(readFileSync(file, 'utf8'));
  const { xml } = await moddle.toXML(rootElement, { format: true });
  return { xml, warnings: warnings.map((/** @type {Error} */ { message }) => message) };
}

/** @param {string} file */
function templates(file) {
  const { valid, results } = validateAll(JSON.parse(readFileSync(file, 'utf8')));
  return { valid, errors: results.flatMap((/** @type {{ errors?: object[] }} */ { errors }) => errors ?? []) };
}

const files = process.argv.slice(2).filter((each) => each !== '--templates');
const see = process.argv.includes('--templates') ? templates : again;
const seen = await Promise.all(files.map(async (file) => [file, await see(file)]));
process.stdout.write(JSON.stringify(Object.fromEntries(seen)));
