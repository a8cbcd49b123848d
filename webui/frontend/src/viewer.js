/**
 * The viewer island: draws every `[data-diagram]` on the page and marks where the work is.
 *
 * `data-diagram` is the URL of the BPMN file; `data-states` is JSON, element id -> state (see viewer/marks.js); the words
 * of the tools come in `data-zoom-in`, `data-zoom-out`, `data-zoom-fit` and `data-failed`. The page has the same facts as
 * text beside the picture.
 */
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import './viewer/viewer.css';
import { fit, mark } from './viewer/marks.js';
import { together } from './viewer/steps.js';

const STRIP = 60; // px: a row of buttons and its margin
const LOWEST = 240; // px

/** @param {HTMLElement} host */
async function draw(host) {
  const marks = JSON.parse(host.dataset.states || '{}');
  const focus = Object.keys(marks).filter((id) => ['active', 'late', 'error'].includes(marks[id].state ?? marks[id]));
  const viewer = new NavigatedViewer({ container: host });
  try {
    const answer = await fetch(String(host.dataset.diagram), { credentials: 'same-origin' });
    if (!answer.ok) {
      throw new Error(`HTTP ${answer.status}`);
    }
    await viewer.importXML(await answer.text());
  } catch {
    viewer.destroy();
    host.replaceChildren(
      Object.assign(document.createElement('p'), {
        className: 'lajur-diagram-failed',
        textContent: host.dataset.failed || 'The diagram could not be drawn.',
      }),
    );
    return;
  }
  mark(viewer, marks);
  shrink(host, viewer);
  fit(viewer, { focus });
  host.append(tools(host, viewer));
  together(viewer);
  host.dataset.drawn = 'true';
}

/**
 * Takes off the height that a flat diagram leaves empty, so that what follows on the page is not pushed down; the buttons
 * keep a strip above it. On a phone the box is low already (viewer.css).
 *
 * @param {HTMLElement} host
 * @param {any} viewer
 */
function shrink(host, viewer) {
  const canvas = viewer.get('canvas');
  const { inner, outer } = canvas.viewbox();
  const scale = Math.min(1, (outer.width - 32) / inner.width);
  const wanted = Math.ceil(inner.height * scale) + 2 * STRIP;
  if (wanted < outer.height) {
    host.style.height = `${Math.max(wanted, LOWEST)}px`;
    canvas.resized();
  }
}

/**
 * @param {HTMLElement} host
 * @param {any} viewer
 */
function tools(host, viewer) {
  const bar = document.createElement('div');
  bar.className = 'lajur-diagram-tools';
  const step = (/** @type {number} */ by) => () => viewer.get('zoomScroll').stepZoom(by);
  const buttons = /** @type {[string, string, () => void][]} */ ([
    ['−', host.dataset.zoomOut || 'Zoom out', step(-1)],
    ['+', host.dataset.zoomIn || 'Zoom in', step(1)],
    ['⤢', host.dataset.zoomFit || 'Show all', () => fit(viewer)],
  ]);
  for (const [sign, word, act] of buttons) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'lajur-diagram-tool';
    button.textContent = sign;
    button.title = word;
    button.setAttribute('aria-label', word);
    button.addEventListener('click', act);
    bar.append(button);
  }
  return bar;
}

for (const host of document.querySelectorAll('[data-diagram]')) {
  void draw(/** @type {HTMLElement} */ (host));
}
