// From text to something that runs.
import { survey } from './inspection.js';
import { build } from './semantics.js';
import { parse, refusal } from './trees.js';

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
  if (fatal) throw refusal(fatal);
  const root = build(tree, source);
  const run = (/** @type {Record<string, any>} */ variables) => {
    const value = root(variables);
    return dialect === 'unary' ? value(variables['?'] ?? null) : value;
  };
  return { names: [...mentioned, ...(dialect === 'unary' ? ['?'] : [])], clock, run };
}
