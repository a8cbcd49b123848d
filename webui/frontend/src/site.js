/**
 * What every page loads: the style sheet, htmx, and a few small courtesies. Every page works without it.
 */
import 'htmx.org/dist/htmx.esm.js';
import './site.css';

// A menu closes when one clicks elsewhere or presses Escape, as menus do.
document.addEventListener('click', ({ target }) => {
  for (const menu of document.querySelectorAll('details[data-menu][open]')) {
    if (!(target instanceof Node && menu.contains(target))) menu.removeAttribute('open');
  }
});
document.addEventListener('keydown', ({ key }) => {
  if (key !== 'Escape') return;
  const menu = document.querySelector('details[data-menu][open]');
  menu?.removeAttribute('open');
  menu?.querySelector('summary')?.focus();
});

// A form is sent once: a second click while the first is under way is dropped. Coming back by the Back button frees it.
document.addEventListener('submit', (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (event.defaultPrevented || form.method !== 'post') return;
  if (form.dataset.sent) event.preventDefault();
  else form.dataset.sent = 'true';
});
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete /** @type {HTMLElement} */ (form).dataset.sent;
});

// A task's form is kept as a draft while somebody types, a moment after the last key; leaving the page keeps it at once.
const draft = /** @type {HTMLElement | null} */ (document.querySelector('[data-draft]'));
const drafting = draft?.closest('form');
if (draft && drafting) {
  let timer = 0;
  let typed = false;
  const save = async () => {
    window.clearTimeout(timer);
    if (!typed || drafting.dataset.sent) return;
    typed = false;
    const body = new FormData(drafting);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    try {
      const answer = await fetch(draft.dataset.draft ?? '', { method: 'POST', body, keepalive: true });
      if (answer.ok && !answer.redirected) draft.textContent = await answer.text();
      else typed = true;
    } catch {
      typed = true; // no network: the next key tries again
    }
  };
  drafting.addEventListener('input', () => {
    typed = true;
    window.clearTimeout(timer);
    timer = window.setTimeout(save, 1500);
  });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') save();
  });
}

// After an error the summary takes the focus, so that a screen reader says it and the keyboard starts there.
/** @type {HTMLElement | null} */ (document.querySelector('[data-focus]'))?.focus();
