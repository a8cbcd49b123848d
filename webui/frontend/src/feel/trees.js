// The parse tree of an expression, and refusals that point into it.
import { parseExpression, parseUnaryTests } from 'feelin';

/** @typedef {'expression' | 'unary'} Dialect */
/** @typedef {import('@lezer/common').SyntaxNode} Node */

/** @type {Map<string, import('@lezer/common').Tree>} */
const trees = new Map();
let characters = 0;
const MOST_CHARACTERS = 10_000; // parsing takes a millisecond, and what is inspected is compiled soon after

/**
 * Names are read without regard to the variables there are, so that a check and every run read the same.
 * @param {Dialect} dialect
 * @param {string} source
 */
export function parse(dialect, source) {
  const key = dialect + source;
  const known = trees.get(key);
  if (known) return known;
  const tree = (dialect === 'unary' ? parseUnaryTests : parseExpression)(source, {}, undefined);
  characters += key.length;
  if (characters > MOST_CHARACTERS) {
    trees.clear();
    characters = key.length;
  }
  trees.set(key, tree);
  return tree;
}

/** @param {{ code: string, place?: Record<string, string>, start?: number }} problem one of the codes of messages.py */
export function refusal(problem) {
  return Object.assign(new Error(problem.code), { problem: { place: {}, ...problem } });
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

/** @type {Record<string, string>} */
const KINDS = {
  NumericLiteral: 'number',
  StringLiteral: 'text',
  BooleanLiteral: 'boolean',
  DateTimeLiteral: 'date',
  List: 'list',
  Context: 'context',
  FunctionDefinition: 'function',
  ForExpression: 'list',
  Comparison: 'boolean',
  Conjunction: 'boolean',
  Disjunction: 'boolean',
  QuantifiedExpression: 'boolean',
  InstanceOfExpression: 'boolean',
};

/**
 * What kind of value a node gives, where its form alone tells.
 * @param {Node} node
 * @returns {string | null}
 */
export function kindOf(node) {
  switch (node.name) {
    case 'Expression':
      return node.firstChild && kindOf(node.firstChild);
    case 'ParenthesizedExpression':
      return children(node)[1] ? kindOf(children(node)[1]) : null;
    case 'IfExpression': {
      const [, , , first, , second] = children(node);
      const kind = first && kindOf(first);
      return second && kind === kindOf(second) ? kind : null;
    }
    case 'ArithmeticExpression': {
      const parts = children(node).filter(({ name }) => name !== 'ArithOp');
      const kinds = new Set(parts.map(kindOf));
      return kinds.size === 1 && !kinds.has('date') ? kindOf(parts[0]) : null;
    }
    default:
      return KINDS[node.name] ?? null;
  }
}
