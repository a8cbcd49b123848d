// From text to something that runs.
import { InterpreterContext } from 'feelin';

import { survey } from './inspection.js';
import { build } from './semantics.js';
import { parse } from './trees.js';

/** @typedef {{ names: string[], clock: boolean, run: (variables: Record<string, any>) => any }} Program */

/**
 * @param {import('./trees.js').Dialect} dialect
 * @param {string} source
 * @returns {Program}
 */
export function compile(dialect, source) {
  const tree = parse(dialect, source);
  const { problems, mentioned, clock } = survey(tree, source);
  const fatal = problems.find(({ severity }) => severity === 'error');
  if (fatal) throw Object.assign(new Error('refused'), { problem: fatal });
  const notes = new InterpreterContext();
  const root = build(tree, source, notes);
  const run = (/** @type {Record<string, any>} */ variables) => {
    notes.warnings.length = 0;
    const value = root(variables);
    return dialect === 'unary' ? value(variables['?'] ?? null) : value;
  };
  return { names: mentioned, clock, run };
}
