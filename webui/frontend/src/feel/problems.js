// What people write that FEEL refuses, or takes for something else. Codes; engine/expressions/messages.py has the words.
import { builtins, getType, parseString } from 'feelin';

import { children, kindOf } from './trees.js';

/** @typedef {import('./trees.js').Node} Node */
/** @typedef {import('./inspection.js').Survey} Survey */

const SHOWN = 40; // characters of an expression in a message
const LONGEST_NUMBER = 15; // digits that a double keeps
const SIGNS = new Map([['==', '='], ['===', '='], ['!==', '!='], ['<>', '!='], ['=<', '<='], ['=>', '>=']]);
const CONSTANTS = new Map([
  ['True', 'true'], ['TRUE', 'true'], ['False', 'false'], ['FALSE', 'false'],
  ['None', 'null'], ['NULL', 'null'], ['Null', 'null'], ['nil', 'null'], ['undefined', 'null'],
]);
const MISSING = new Set([
  'overlaps before', 'overlaps after', 'finishes', 'finished by', 'during', 'starts', 'started by', 'coincides',
]);
const PATTERN_TAKERS = new Set(['matches', 'replace', 'split']);
const CONSTRUCTORS = new Map([['date', 'date'], ['time', 'time'], ['date and time', 'date and time'], ['duration', 'duration']]);

/** Foreign ways of writing, by what stands where FEEL stops understanding. @type {[RegExp, string][]} */
const FOREIGN = [
  [/^'/, 'single-quotes'],
  [/^&&/, 'and-sign'],
  [/^\|\|/, 'or-sign'],
  [/^!/, 'not-sign'],
  [/^\?/, 'question-mark'],
  [/^%/, 'percent'],
  [/^[$#]/, 'placeholder'],
  [/^;/, 'several'],
  [/^`/, 'backticks'],
  [/^"[^"]*$/, 'unclosed-text'],
];

/** Constructs whose end is missing. @type {Record<string, string>} */
const UNFINISHED = {
  IfExpression: 'if-unfinished',
  ForExpression: 'for-unfinished',
  QuantifiedExpression: 'some-unfinished',
  ParenthesizedExpression: 'bracket-open',
  List: 'bracket-open',
  Interval: 'bracket-open',
  Context: 'bracket-open',
  FunctionInvocation: 'bracket-open',
  PositionalParameters: 'bracket-open',
  NamedParameter: 'bracket-open',
  FilterExpression: 'bracket-open',
};

/** @param {string} text never cut within a character */
const shown = (text) => Array.from(text).slice(0, SHOWN).join('');

/**
 * Only the first: what follows it is guessed by the parser.
 * @param {Survey} survey
 * @param {Node} node
 */
export function syntaxProblem(survey, node) {
  if (survey.problems.some(({ code }) => SYNTAX.has(code))) return;
  const rest = survey.source.slice(node.from);
  const before = survey.source.slice(0, node.from);
  if (!survey.source.replace(/\/\/.*|\/\*[^]*?\*\//g, '').trim()) return survey.report('error', node, 'empty');
  if (/\bnot\s+$/.test(before)) return survey.report('error', node, 'not-word');
  const foreign = FOREIGN.find(([pattern]) => pattern.test(rest));
  if (foreign) return survey.report('error', node, foreign[1]);
  const text = survey.text(node);
  if (text.trim()) return survey.report('error', node, 'syntax', { text: shown(text) });
  return survey.report('error', node, UNFINISHED[node.parent?.name ?? ''] ?? 'incomplete');
}
const SYNTAX = new Set(['empty', 'not-word', 'syntax', 'incomplete', ...FOREIGN.map(([, code]) => code), ...Object.values(UNFINISHED)]);

/**
 * @param {Survey} survey
 * @param {Node | undefined} node
 * @param {'error' | 'warning'} severity
 */
function condition(survey, node, severity) {
  const kind = node && kindOf(node);
  if (node && kind && kind !== 'boolean') survey.report(severity, node, 'no-condition', { text: shown(survey.text(node)) });
}

/**
 * The text of a literal, without its quotes; null for anything else.
 * @param {Survey} survey
 * @param {Node | undefined} node
 */
function literal(survey, node) {
  return node?.name === 'StringLiteral' ? parseString(survey.text(node)) : null;
}

/** @param {Node | undefined} node '(' parameters ')' */
function argumentsOf(node) {
  return node && /Parameters$/.test(node.name) ? children(node) : [];
}

/**
 * @param {string} name
 * @param {string} text
 */
function isConstructible(name, text) {
  try {
    return CONSTRUCTORS.has(name) || name === '@' ? ['date', 'time', 'date time', 'duration'].includes(getType(builtins[name](text))) : true;
  } catch {
    return false;
  }
}

/** @param {string} pattern */
function isPattern(pattern) {
  try {
    return Boolean(new RegExp(pattern, 'u'));
  } catch {
    return false;
  }
}

/** @type {Record<string, (survey: Survey, node: Node) => void>} */
export const CHECKS = {
  // `x == 3` is read as `x = (= 3)`, a comparison with a range
  Comparison(survey, node) {
    const [left, operator, right] = children(node);
    if (operator?.name === 'CompareOp' && right?.name === 'SimplePositiveUnaryTest') {
      let last = right;
      while (last.lastChild?.name === 'SimplePositiveUnaryTest') last = last.lastChild;
      const sign = survey.source.slice(operator.from, last.firstChild?.to).replace(/\s+/g, '');
      const range = { from: operator.from, to: last.firstChild?.to ?? operator.to };
      const better = SIGNS.get(sign);
      if (better) survey.report('error', range, 'sign', { sign, better });
      else if (last.firstChild?.name === 'CompareOp') survey.report('error', range, 'signs', { sign });
      return;
    }
    if (operator?.name !== 'CompareOp' || !right) return;
    const kinds = [kindOf(left), kindOf(right)];
    if (kinds[0] && kinds[1] && kinds[0] !== kinds[1]) survey.report('warning', node, 'kinds', { text: shown(survey.text(node)) });
    if (left.name === 'Comparison' && /** @type {string | null} */ (kinds[1]) !== 'boolean') survey.report('warning', node, 'chain');
  },

  // `a >= 1 and < 3`: the second comparison has no left side
  SimplePositiveUnaryTest(survey, node) {
    if (node.firstChild?.name !== 'CompareOp') return;
    const around = node.parent?.name ?? '';
    if (around === 'Conjunction' || around === 'Disjunction') survey.report('error', node, 'left-side', { text: shown(survey.text(node)) });
  },

  FunctionInvocation(survey, node) {
    const [target, , parameters] = children(node);
    if (target.name === 'PathExpression' && survey.path(target)) {
      survey.report('error', target, 'unknown-function', { name: survey.name(target) });
    }
    if (target.name !== 'VariableName' || target.firstChild?.type.isError) return;
    const name = survey.name(target);
    if (survey.scope.has(name)) return;
    if (MISSING.has(name)) survey.report('error', target, 'missing-function', { name });
    else if (!Object.hasOwn(builtins, name)) survey.report('error', target, 'unknown-function', { name });
    else checkCall(survey, node, name, parameters);
  },

  DateTimeLiteral(survey, node) {
    const [first, , parameters] = children(node);
    const name = first.name === 'AtLiteral' ? '@' : survey.name(first);
    const text = literal(survey, first.name === 'AtLiteral' ? first.firstChild ?? undefined : argumentsOf(parameters)[0]);
    if (text !== null && argumentsOf(parameters).length < 2 && !isConstructible(name, text)) {
      survey.report('error', node, 'no-date', { text: shown(text) });
    }
  },

  VariableName(survey, node) {
    const name = survey.name(node);
    if (survey.scope.has(name) || children(node).some(({ type }) => type.isError)) return;
    const constant = CONSTANTS.get(name);
    if (/^not\s/.test(name)) survey.report('error', node, 'not-word');
    else if (constant) survey.report('error', node, 'constant', { name, constant });
    else if (Object.hasOwn(builtins, name)) {
      if (!survey.sure) return; // an entry of the list's elements may have this name
      const around = node.parent?.name ?? '';
      const called = around === 'FunctionInvocation' && node.parent?.firstChild?.from === node.from;
      if (!called && !/Parameter/.test(around) && around !== 'InstanceOfExpression') survey.report('error', node, 'builtin', { name });
    } else if (/\s/.test(name)) survey.report('warning', node, 'blank', { name });
  },

  NumericLiteral(survey, node) {
    const digits = survey.text(node).replace(/\D/g, '').replace(/^0+/, '');
    if (digits.length > LONGEST_NUMBER && Number(digits)) survey.report('error', node, 'long-number', { text: shown(survey.text(node)) });
  },

  Context(survey, node) {
    const seen = new Set();
    for (const part of node.getChildren('ContextEntry')) {
      const key = survey.name(part.firstChild ?? part).replace(/^"|"$/g, '');
      if (seen.has(key)) survey.report('error', part.firstChild ?? part, 'entry-twice', { name: key });
      seen.add(key);
    }
  },

  IfExpression: (survey, node) => condition(survey, children(node)[1], 'error'),
  QuantifiedExpression: (survey, node) => condition(survey, node.lastChild ?? undefined, 'warning'),
  Conjunction: (survey, node) => [node.firstChild, node.lastChild].forEach((side) => condition(survey, side ?? undefined, 'warning')),
  Disjunction: (survey, node) => [node.firstChild, node.lastChild].forEach((side) => condition(survey, side ?? undefined, 'warning')),
};

/**
 * @param {Survey} survey
 * @param {Node} node
 * @param {string} name of a built-in function
 * @param {Node | undefined} parameters
 */
function checkCall(survey, node, name, parameters) {
  const given = argumentsOf(parameters);
  /** @type {string[]} */
  const known = builtins[name].$args;
  const open = known.at(-1)?.startsWith('...');
  if (parameters?.name === 'PositionalParameters' && given.length > known.length && !open) {
    survey.report('error', node, 'arguments', { name, count: String(known.length) });
  }
  const pattern = PATTERN_TAKERS.has(name) ? literal(survey, given[1]) : null;
  if (pattern !== null && !isPattern(pattern)) {
    survey.report('error', given[1], 'pattern', { text: shown(pattern) });
  }
}
