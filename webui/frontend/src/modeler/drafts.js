/**
 * The unsaved diagram of this browser, kept so that a closed tab or an expired session loses nothing. One draft per key
 * and per version it started from; a draft equal to what is deployed is dropped.
 */

const PREFIX = 'lajur-draft:';

/** @param {string} key @param {string} version */
export function drafts(key, version) {
  const name = `${PREFIX}${key}:${version}`;
  return {
    /** @returns {{ xml: string, at: string } | null} */
    load() {
      try {
        return JSON.parse(localStorage.getItem(name) ?? 'null');
      } catch {
        return null;
      }
    },
    /** @param {string} xml */
    save(xml) {
      try {
        localStorage.setItem(name, JSON.stringify({ xml, at: new Date().toISOString() }));
      } catch {
        // A full or forbidden store must not stop the work: the diagram is still on the page.
      }
    },
    drop() {
      try {
        localStorage.removeItem(name);
      } catch {
        // See save().
      }
    },
  };
}
