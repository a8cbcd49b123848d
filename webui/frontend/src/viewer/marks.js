/**
 * Where the work is, drawn on a diagram: a class on each element and a small badge where several tokens wait.
 *
 * States are the instance page's words: `active` (somebody must act), `waiting` (for time or a message), `late`,
 * `done` (passed at least once) and `error`.
 */

export const STATES = ['done', 'waiting', 'active', 'late', 'error'];

/**
 * @typedef {string | { state: string, count?: number, title?: string }} Mark
 *
 * @param {any} viewer a bpmn-js viewer that has imported its diagram
 * @param {Record<string, Mark>} marks element id -> state
 */
export function mark(viewer, marks) {
  const canvas = viewer.get('canvas');
  const overlays = viewer.get('overlays');
  const registry = viewer.get('elementRegistry');
  for (const [id, given] of Object.entries(marks)) {
    const { state, count = 1, title = '' } = typeof given === 'string' ? { state: given } : given;
    if (!registry.get(id) || !STATES.includes(state)) {
      continue;
    }
    canvas.addMarker(id, `lajur-${state}`);
    if (count > 1) {
      const badge = document.createElement('span');
      badge.className = `lajur-badge lajur-badge-${state}`;
      badge.textContent = String(count);
      badge.title = title;
      overlays.add(id, { position: { top: -10, right: 10 }, html: badge });
    }
  }
}

/**
 * Shows the whole diagram with some air around it, never larger than drawn; on a narrow screen it shows the elements
 * given instead, at a size that can be read.
 *
 * @param {any} viewer
 * @param {{ left?: number, focus?: string[] }} [options] `left`: pixels to keep free (the modeler's palette)
 */
export function fit(viewer, { left = 0, focus = [] } = {}) {
  const canvas = viewer.get('canvas');
  const { inner } = canvas.viewbox();
  const outer = canvas.getSize();
  if (!inner.width || !outer.width) {
    return;
  }
  const room = { width: outer.width - left - 32, height: outer.height - 32 };
  const whole = Math.min(1, room.width / inner.width, room.height / inner.height);
  const first = focus.map((id) => viewer.get('elementRegistry').get(id)).find(Boolean);
  const scale = first && whole < 0.45 ? 0.7 : whole;
  const width = outer.width / scale;
  const height = outer.height / scale;
  const centre =
    scale === whole || !first
      ? { x: inner.x + inner.width / 2, y: inner.y + inner.height / 2 }
      : { x: first.x + first.width / 2, y: first.y + first.height / 2 };
  canvas.viewbox({ x: centre.x - width / 2 - left / 2 / scale, y: centre.y - height / 2, width, height });
}

/**
 * Moves the view to some elements, at a size that can be read.
 *
 * @param {any} viewer
 * @param {string[]} ids
 */
export function centre(viewer, ids) {
  const canvas = viewer.get('canvas');
  const shapes = ids.map((id) => viewer.get('elementRegistry').get(id)).filter(Boolean);
  const outer = canvas.getSize();
  if (!shapes.length || !outer.width) {
    return;
  }
  const left = Math.min(...shapes.map(({ x }) => x));
  const top = Math.min(...shapes.map(({ y }) => y));
  const right = Math.max(...shapes.map(({ x, width }) => x + width));
  const bottom = Math.max(...shapes.map(({ y, height }) => y + height));
  const scale = Math.min(Math.max(canvas.zoom(), 0.8), outer.width / (right - left + 40), outer.height / (bottom - top + 40));
  const [width, height] = [outer.width / scale, outer.height / scale];
  canvas.viewbox({ x: (left + right - width) / 2, y: (top + bottom - height) / 2, width, height });
}
