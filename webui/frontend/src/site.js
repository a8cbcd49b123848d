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

// After an error the summary takes the focus, so that a screen reader says it and the keyboard starts there.
/** @type {HTMLElement | null} */ (document.querySelector('[data-focus]'))?.focus();
