/**
 * The table of steps beside a diagram (`[data-steps]`): a row lights its elements and an element its row; a row's number
 * shows its elements at a size that can be read.
 */
import { centre } from './marks.js';

/** @param {any} viewer a bpmn-js viewer that has imported its diagram */
export function together(viewer) {
  const table = document.querySelector('[data-steps]');
  if (!table) {
    return;
  }
  const canvas = viewer.get('canvas');
  const registry = viewer.get('elementRegistry');
  /** @type {Map<string, HTMLElement>} */
  const rows = new Map();
  /** @type {string[]} */
  let shown = [];

  for (const row of /** @type {NodeListOf<HTMLElement>} */ (table.querySelectorAll('[data-elements]'))) {
    const elements = String(row.dataset.elements).split(' ').filter((id) => registry.get(id));
    elements.forEach((id) => rows.set(id, row));
    const light = (/** @type {boolean} */ on) => () => {
      row.classList.toggle('l-lit', on);
      elements.forEach((id) => (on ? canvas.addMarker(id, 'lajur-lit') : canvas.removeMarker(id, 'lajur-lit')));
    };
    row.addEventListener('pointerenter', light(true));
    row.addEventListener('pointerleave', light(false));
    row.addEventListener('focusin', light(true));
    row.addEventListener('focusout', light(false));
    row.querySelector('a[href="#drawing"]')?.addEventListener('click', (event) => {
      centre(viewer, elements);
      shown.forEach((id) => canvas.removeMarker(id, 'lajur-shown'));
      elements.forEach((id) => canvas.addMarker(id, 'lajur-shown'));
      shown = elements;
      if (seen(canvas.getContainer())) {
        event.preventDefault(); // where the diagram stays in sight, the page need not move
      }
    });
  }

  const hover = (/** @type {boolean} */ on) => (/** @type {any} */ { element }) => {
    rows.get(element.id)?.classList.toggle('l-lit', on);
  };
  viewer.on('element.hover', hover(true));
  viewer.on('element.out', hover(false));
  viewer.on('element.click', (/** @type {any} */ { element }) => {
    const row = rows.get(element.id);
    if (row) {
      row.querySelector('a')?.focus({ preventScroll: true });
      row.querySelector('a')?.scrollIntoView({ block: 'nearest' });
    }
  });
}

/** @param {Element} element */
function seen(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return top >= 0 && bottom <= window.innerHeight;
}
