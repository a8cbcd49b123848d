/**
 * The modeler island: BPMN in the browser, with mutu baku, forms, the check and the deployment.
 *
 * The host `[data-modeler]` carries what it needs: `data-source` (URL of the diagram; empty for a new one), `data-key`,
 * `data-version`, `data-check`, `data-deploy` (URLs), `data-csrf`, `data-forms` (JSON list of keys), `data-connectors` (JSON object:
 * name -> inputs, which are name -> required, and a list of outputs), `data-locale`.
 * The server checks and decides everything; this page only draws.
 */
import Modeler from 'bpmn-js/lib/Modeler';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, CamundaPlatformPropertiesProviderModule } from 'bpmn-js-properties-panel';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import '@bpmn-io/properties-panel/assets/properties-panel.css';
import './viewer/viewer.css';
import './modeler/modeler.css';
import { drafts } from './modeler/drafts.js';
import { Findings } from './modeler/findings.js';
import blank from './modeler/blank.js';
import sopProperties from './modeler/properties.js';
import { translation } from './modeler/translation.js';
import { fit } from './viewer/marks.js';

const PALETTE_WIDTH = 110;
const PHONE = window.matchMedia('(max-width: 48rem)'); // modeler.css hides the palette there
const DRAFT_DELAY = 800;

/** @param {string} selector @returns {any} */
const part = (selector) => document.querySelector(selector);

/** @param {HTMLElement} host */
async function open(host) {
  const { source = '', key = '', version = '', check = '', deploy = '', csrf = '', locale = 'id' } = host.dataset;
  const { translate, module: translationModule } = translation(locale);
  const modeler = new Modeler({
    container: host,
    propertiesPanel: { parent: part('[data-modeler-panel]') },
    additionalModules: [
      BpmnPropertiesPanelModule,
      BpmnPropertiesProviderModule,
      CamundaPlatformPropertiesProviderModule,
      sopProperties,
      translationModule,
    ],
    moddleExtensions: { camunda },
    lajur: { forms: JSON.parse(host.dataset.forms || '[]'), connectors: JSON.parse(host.dataset.connectors || '{}') },
  });
  const services = /** @type {any} */ (modeler);
  const findings = new Findings(services, part('[data-modeler-findings]'), translate);
  const status = part('[data-modeler-status]');
  const draft = drafts(key, version);
  let busy = false;
  /** @type {string} */
  let saved = '';

  /** @param {string} text @param {Record<string, unknown>} [values] */
  const say = (text, values = {}) => {
    status.textContent = translate(text, values);
  };
  const xml = async () => (await modeler.saveXML({ format: true })).xml ?? '';

  /** @param {string} text */
  const show = async (text) => {
    await modeler.importXML(text);
    fit(services, { left: PHONE.matches ? 0 : PALETTE_WIDTH });
    findings.clear();
  };

  /** @param {string} url */
  const send = async (url) => {
    const answer = await fetch(url, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Content-Type': 'application/xml', 'X-CSRFToken': csrf, Accept: 'application/json' },
      body: await xml(),
    });
    if (answer.redirected || answer.status === 401) {
      throw new Error(translate('You are signed out. Sign in again in another tab; your draft is kept here.'));
    }
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok && !body.findings) {
      throw new Error(body.error || translate('The server did not answer as expected. Try again.'));
    }
    return body;
  };

  /** @param {string} doing @param {() => Promise<void>} work */
  const once = async (doing, work) => {
    if (busy) {
      return;
    }
    busy = true;
    say(doing);
    try {
      await work();
    } catch (error) {
      say('{reason}', { reason: error instanceof Error ? error.message : String(error) });
    } finally {
      busy = false;
    }
  };

  /** @param {any[]} found */
  const report = (found) => {
    findings.show(found);
    const count = (/** @type {string} */ severity) => found.filter((finding) => finding.severity === severity).length;
    if (found.length === 0) {
      say('Nothing to mend. The diagram can be deployed.');
    } else {
      say('{errors} errors, {warnings} warnings', { errors: count('error'), warnings: count('warning') });
    }
  };

  part('[data-modeler-check]').addEventListener('click', () =>
    once('Checking…', async () => report((await send(check)).findings)),
  );
  part('[data-modeler-deploy]').addEventListener('click', () =>
    once('Deploying…', async () => {
      const body = await send(deploy);
      report(body.findings ?? []);
      if (body.version) {
        draft.drop();
        saved = await xml();
        say(body.created ? 'Version {version} of {key} is deployed.' : 'Nothing has changed since version {version} of {key}.', body);
      } else {
        say('Not deployed: mend the errors below first.');
      }
    }),
  );
  part('[data-modeler-save]').addEventListener('click', async () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([await xml()], { type: 'application/xml' }));
    link.download = `${key || 'sop'}.bpmn`;
    link.click();
    URL.revokeObjectURL(link.href);
  });
  part('[data-modeler-open]').addEventListener('change', async (/** @type {any} */ event) => {
    const file = event.target.files[0];
    if (file) {
      await once('Opening…', async () => {
        await show(await file.text());
        say('Opened {name}.', { name: file.name });
      });
      event.target.value = '';
    }
  });
  part('[data-modeler-undo]').addEventListener('click', () => services.get('commandStack').undo());
  part('[data-modeler-redo]').addEventListener('click', () => services.get('commandStack').redo());
  part('[data-modeler-fit]').addEventListener('click', () => fit(services, { left: PHONE.matches ? 0 : PALETTE_WIDTH }));

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  services.on('commandStack.changed', () => {
    const stack = services.get('commandStack');
    part('[data-modeler-undo]').disabled = !stack.canUndo();
    part('[data-modeler-redo]').disabled = !stack.canRedo();
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const now = await xml();
      if (now === saved) {
        draft.drop();
      } else {
        draft.save(now);
      }
    }, DRAFT_DELAY);
  });

  await once('Opening…', async () => {
    const answer = source ? await fetch(source, { credentials: 'same-origin' }) : null;
    if (answer && !answer.ok) {
      throw new Error(translate('The diagram could not be loaded. Reload the page.'));
    }
    await show(answer ? await answer.text() : blank(key || 'sop-baru'));
    saved = await xml();
    const kept = draft.load();
    if (kept && kept.xml !== saved) {
      await show(kept.xml);
      say('Your unsaved draft of {at} is shown.', { at: new Date(kept.at).toLocaleString(locale) });
      part('[data-modeler-discard]').hidden = false;
    } else {
      say('Ready.');
    }
  });
  part('[data-modeler-discard]').addEventListener('click', async () => {
    draft.drop();
    await show(saved);
    part('[data-modeler-discard]').hidden = true;
    say('The draft is discarded.');
  });
  host.dataset.ready = 'true';
}

const host = document.querySelector('[data-modeler]');
if (host) {
  void open(/** @type {HTMLElement} */ (host));
}
