// The parse tree of an expression, and refusals that point into it.
import { parseExpression, parseUnaryTests } from 'feelin';

/** @typedef {'expression' | 'unary'} Dialect */
/** @typedef {import('@lezer/common').SyntaxNode} Node */

/**
 * @param {Dialect} dialect
 * @param {string} source
 */
export function parse(dialect, source) {
  return dialect === 'unary' ? parseUnaryTests(source, {}) : parseExpression(source, {});
}

/**
 * @param {Node} node
 * @returns {Node[]}
 */
export function children(node) {
  const found = [];
  for (let child = node.firstChild; child; child = child.nextSibling) found.push(child);
  return found;
}

/**
 * A name as variables carry it: single blanks, none at the ends.
 * @param {string} source
 * @param {{ from: number, to: number }} node
 */
export function nameIn(source, { from, to }) {
  return source.slice(from, to).replace(/\s+/g, ' ').trim();
}
