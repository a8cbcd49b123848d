// feelin's interpreter, with our own meaning where it departs from DMN 1.5 in a way that misleads, or lets a path see more than data.
import { FeelDate, FeelRange, builtins, evalNode, getType, normalizeContextKey } from 'feelin';

import { BINARY, negate } from './arithmetic.js';
import { PROPERTIES, compare } from './builtins.js';
import { parse } from './trees.js';

/** @typedef {((context: any) => any) & { type?: string }} Step */
/** @typedef {{ name: string, input: string, position: { from: number, to: number } }} Place */

const MOST_ELEMENTS = 1_000_000;
const NOTES = { addWarning() {} }; // nobody reads them: what they say is found at check time

/**
 * @param {Step} step
 * @param {string} type what feelin's nodes ask of their children: 'number', 'test', 'any' ...
 */
const typed = (step, type) => Object.assign(step, { type });

/**
 * A number that is known before the run; feelin folds what is built of such constants.
 * @param {number} value
 */
const constant = (value) => Object.assign(typed(() => value, 'number'), { constantValue: value });

/** @param {any} value */
const isContext = (value) => getType(value) === 'context';

/**
 * An entry of a context, or a property of a date and its like. Never anything that JavaScript put there.
 * @param {any} target
 * @param {string} name
 */
function entry(target, name) {
  if (isContext(target)) {
    if (Object.hasOwn(target, name)) return target[name] ?? null;
    const key = Object.keys(target).find((candidate) => normalizeContextKey(candidate) === normalizeContextKey(name));
    return key === undefined ? null : target[key] ?? null;
  }
  return PROPERTIES[getType(target)]?.has(name) ? target[name] ?? null : null;
}

/**
 * The whole numbers or days from one to another, both included.
 * @param {any} first
 * @param {any} last
 */
function elements(first, last) {
  const days = first instanceof FeelDate && last instanceof FeelDate;
  if (!days && !(Number.isInteger(first) && Number.isInteger(last))) return null;
  const distance = days ? first.unwrap().until(last.unwrap()).days : last - first;
  if (Math.abs(distance) > MOST_ELEMENTS) throw new Error('out of memory: the range is too long');
  const step = Math.sign(distance);
  return Array.from({ length: Math.abs(distance) + 1 }, (_, index) => {
    const offset = index * step;
    return days ? new FeelDate(first.unwrap().add({ days: offset })) : first + offset;
  });
}

/**
 * @param {any} value
 * @param {Step} condition
 * @param {any} context
 */
function keeps(value, condition, context) {
  const answer = condition({ ...context, item: value, ...(isContext(value) ? value : {}) });
  if (typeof answer === 'function') return answer(value) === true;
  return getType(answer) === 'range' ? answer.includes(value) === true : answer === true;
}

/** @type {Record<string, (args: any[], place: Place) => any>} */
const OWN = {
  // 10.3.1.2 rule 45: only true takes the first branch; in feelin a text or a number does too
  IfExpression: ([, condition, , then, , otherwise]) =>
    typed((context) => (condition(context) === true ? then(context) : otherwise(context)), then.type === otherwise.type ? then.type : 'any'),

  // Table 54: some is a chain of or, every of and, both with three values
  some: () => (/** @type {any} */ context) => (/** @type {Step} */ contexts, /** @type {Step} */ condition) =>
    quantify(contexts(context), condition, true),
  every: () => (/** @type {any} */ context) => (/** @type {Step} */ contexts, /** @type {Step} */ condition) =>
    quantify(contexts(context), condition, false),

  // 10.3.2.5: a number is an index; anything else is asked of every element, and only true keeps it
  FilterExpression: ([target, , filter]) => typed((context) => {
    const found = target(context);
    if (found === null) return null;
    const list = Array.isArray(found) ? found : [found];
    if (filter.type !== 'test') {
      const index = filter(context);
      if (typeof index === 'number') return list[index < 0 ? list.length + index : index - 1] ?? null;
    }
    return list.filter((value) => keeps(value, filter, context));
  }, 'any'),

  PathName: (args) => {
    const name = args.join(' ');
    return (/** @type {any} */ target) => entry(target, name);
  },

  IterationContext: ([first, , last]) => (last ? (/** @type {any} */ context) => elements(first(context), last(context)) : first),

  ArithOp: (_, { input }) => input,
  ArithmeticExpression: (args) => {
    if (args.length === 2) return typed((context) => negate(args[1](context)), args[1].type);
    const [left, operator, right] = args;
    const compute = BINARY[operator];
    return typed((context) => compute(left(context), right(context)), left.type === right.type ? left.type : 'any');
  },

  // feelin reads 1e3 as 1
  NumericLiteral: (_, { input }) => constant(Number(input)),

  // Table 53: values of different kinds have no order; feelin compares 10 and "9" as JavaScript does
  Comparison: (args, place) => {
    const [left, operator, right] = args;
    if (operator === 'between') {
      const [, , first, , last] = args;
      return typed((context) => {
        const value = left(context);
        const [below, above] = [compare(value, first(context)), compare(value, last(context))];
        return below === undefined || above === undefined ? null : below >= 0 && above <= 0;
      }, 'test');
    }
    const test = ORDERS[operator.sign];
    if (!test) return evalNode(place, args, NOTES);
    return typed((context) => {
      const order = compare(left(context), right(context));
      return order === undefined ? null : test(order);
    }, 'test');
  },
  CompareOp: (args, place) => Object.assign(evalNode(place, args, NOTES), { sign: place.input }),
};

/** @type {Record<string, (order: number) => boolean>} */
const ORDERS = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/**
 * @param {any[] | null} contexts
 * @param {Step} condition
 * @param {boolean} decisive the answer that decides at once
 */
function quantify(contexts, condition, decisive) {
  if (!Array.isArray(contexts)) return null;
  let unknown = false;
  for (const context of contexts) {
    const answer = condition(context);
    if (answer === decisive) return decisive;
    if (answer !== !decisive) unknown = true;
  }
  return unknown ? null : !decisive;
}

/**
 * @param {import('@lezer/common').Tree} tree without errors
 * @param {string} source
 * @returns {Step}
 */
export function build(tree, source) {
  /** @type {any[][]} */
  const stack = [[]];
  tree.iterate({
    enter({ type }) {
      if (type.isSkipped) return false;
      stack.push([]);
      return true;
    },
    leave({ type, name, from, to }) {
      if (type.isSkipped) return;
      const args = /** @type {any[]} */ (stack.pop());
      const place = { name, input: source.slice(from, to), position: { from, to } };
      stack[stack.length - 1].push(Object.hasOwn(OWN, name) ? OWN[name](args, place) : evalNode(place, args, NOTES));
    },
  });
  return stack[0][0];
}

// Table 54: a value of another kind is neither in a range nor out of it
const { includes } = FeelRange.prototype;
FeelRange.prototype.includes = function (/** @type {any} */ value) {
  const type = getType(value);
  return type === 'range' || this.valueType === null || type === this.valueType ? includes.call(this, value) : null;
};

// 10.3.4.9 range(from): feelin has no such function. Only a range literal is read, so nothing else is evaluated.
builtins.range = Object.assign((/** @type {any} */ from) => {
  if (typeof from !== 'string') return null;
  const tree = parse('expression', from);
  const interval = tree.topNode.firstChild?.firstChild;
  let sound = interval?.name === 'Interval';
  tree.iterate({ enter: ({ type }) => { sound &&= !type.isError && type.name !== 'VariableName'; } });
  return sound ? build(tree, from)({}) : null;
}, { $args: ['from'] });

