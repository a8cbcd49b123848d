/**
 * What the check found, on the canvas and as a list: a badge on each element, and a button per finding that leads to it.
 *
 * @typedef {{ severity: 'error' | 'warning' | 'info', code: string, message: string, hint: string, element: string | null, line: number }} Finding
 */

const RANK = { error: 0, warning: 1, info: 2 };
const SIGN = { error: '✕', warning: '!', info: 'i' };

export class Findings {
  /**
   * @param {any} modeler
   * @param {HTMLElement} list
   * @param {(text: string, values?: Record<string, unknown>) => string} translate
   */
  constructor(modeler, list, translate) {
    this.modeler = modeler;
    this.list = list;
    this.translate = translate;
    /** @type {string[]} */
    this.badges = [];
  }

  clear() {
    const overlays = this.modeler.get('overlays');
    for (const badge of this.badges.splice(0)) {
      overlays.remove(badge);
    }
    this.list.replaceChildren();
  }

  /** @param {Finding[]} found */
  show(found) {
    this.clear();
    const sorted = [...found].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
    /** @type {Map<string, Finding[]>} */
    const byElement = new Map();
    for (const finding of sorted) {
      this.list.append(this.row(finding));
      if (finding.element && this.modeler.get('elementRegistry').get(finding.element)) {
        byElement.set(finding.element, [...(byElement.get(finding.element) ?? []), finding]);
      }
    }
    for (const [element, findings] of byElement) {
      const worst = findings[0];
      const badge = document.createElement('span');
      badge.className = `lajur-finding-badge lajur-finding-${worst.severity}`;
      badge.textContent = findings.length > 1 ? String(findings.length) : SIGN[worst.severity];
      badge.title = findings.map((finding) => finding.message).join('\n');
      this.badges.push(this.modeler.get('overlays').add(element, 'lajur-finding', { position: { top: -12, left: -12 }, html: badge }));
    }
  }

  /** @param {Finding} finding */
  row(finding) {
    const item = document.createElement('li');
    item.className = `lajur-finding lajur-finding-row-${finding.severity}`;
    const word = document.createElement('span');
    word.className = `lajur-finding-badge lajur-finding-${finding.severity}`;
    word.textContent = this.translate({ error: 'Error', warning: 'Warning', info: 'Note' }[finding.severity]);
    const text = document.createElement('span');
    text.className = 'lajur-finding-text';
    text.textContent = finding.message;
    const hint = document.createElement('span');
    hint.className = 'lajur-finding-hint';
    hint.textContent = finding.hint;
    const shape = finding.element && this.modeler.get('elementRegistry').get(finding.element);
    if (shape) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'lajur-finding-goto';
      button.append(word, text, hint);
      button.addEventListener('click', () => this.goto(shape));
      item.append(button);
    } else {
      item.append(word, text, hint);
    }
    return item;
  }

  /** @param {any} shape */
  goto(shape) {
    this.modeler.get('canvas').scrollToElement(shape, { top: 120, bottom: 160, left: 160, right: 120 });
    this.modeler.get('selection').select(shape);
  }
}
