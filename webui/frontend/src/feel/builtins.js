// Built-in functions that feelin leaves out, gets wrong for everyday data, or takes from the machine it runs on.
import { FeelDate, FeelDateTime, FeelRange, builtins, equals, getType, isFunction, parseDateTime } from 'feelin';

import { negate, ofMonths, precise } from './arithmetic.js';

/** What now() and today() tell; Python passes it in, so that an evaluation can be repeated. */
export const clock = {
  now: /** @type {any} */ (null),
  /** @param {string} text date and time, or '' */
  set(text) {
    this.now = text ? parseDateTime(text) : null;
  },
};

const SCALES = [-6111, 6176]; // DMN 1.5 table 75

/**
 * @param {string} name
 * @param {string[]} parameters
 * @param {(...args: any[]) => any} body undefined arguments are missing ones
 */
function define(name, parameters, body) {
  builtins[name] = Object.assign(body, { $args: parameters });
}

/**
 * Below 0, 0, above 0; undefined where the two have no order.
 * @param {any} a
 * @param {any} b
 */
export function compare(a, b) {
  const type = getType(a);
  if (type !== getType(b)) return undefined;
  if (type === 'number' || type === 'string') return a < b ? -1 : Number(a > b);
  if (!['date', 'time', 'date time', 'duration'].includes(type)) return undefined;
  if (equals(a, b)) return 0;
  return new FeelRange({ start: null, end: b, 'start included': false, 'end included': false, valueType: type }).includes(a) ? -1 : 1;
}

/**
 * @param {any[]} values the list itself, or its elements as arguments
 * @returns {any[]}
 */
const listOf = (values) => (values.length === 1 && Array.isArray(values[0]) ? values[0] : values);

/**
 * @param {any[]} list
 * @param {1 | -1} sign
 */
function extreme(list, sign) {
  if (!list.length || list.some((value) => compare(list[0], value) === undefined)) return null;
  return list.reduce((best, value) => (sign * /** @type {number} */ (compare(value, best)) > 0 ? value : best));
}

/** @param {(numbers: number[]) => number | null} body */
const ofNumbers = (body) => (/** @type {any[]} */ ...values) => {
  const list = listOf(values);
  return values.length && list.every((value) => typeof value === 'number') ? body(list) : null;
};

/** @param {(scaled: number) => number} round */
const rounding = (round) => (/** @type {any} */ n, /** @type {any} */ scale = 0) => {
  if (typeof n !== 'number' || typeof scale !== 'number' || scale < SCALES[0] || scale > SCALES[1]) return null;
  const shift = 10 ** Math.trunc(scale);
  const scaled = precise(n * shift);
  return scaled === null || shift === 0 ? n : precise(round(scaled) / shift);
};

/** @param {number} n */
const half = (n) => Math.abs(n % 1) === 0.5;
/** @param {number} n */
const up = (n) => Math.sign(n) * Math.ceil(Math.abs(n));
/** @param {number} n */
const down = (n) => Math.trunc(n);

const ROUNDINGS = {
  decimal: (/** @type {number} */ n) => (half(n) ? 2 * Math.round(n / 2) : Math.round(n)),
  floor: Math.floor,
  ceiling: Math.ceil,
  'round up': up,
  'round down': down,
  'round half up': (/** @type {number} */ n) => (half(n) ? up(n) : Math.round(n)),
  'round half down': (/** @type {number} */ n) => (half(n) ? down(n) : Math.round(n)),
};
for (const [name, round] of Object.entries(ROUNDINGS)) define(name, ['n', 'scale'], rounding(round));

define('now', [], () => clock.now);
define('today', [], () => clock.now && new FeelDate(clock.now.unwrap().toPlainDate()));

define('min', ['...list'], (...values) => extreme(listOf(values), -1));
define('max', ['...list'], (...values) => extreme(listOf(values), 1));
define('sum', ['...list'], ofNumbers((list) => (list.length ? precise(list.reduce((a, b) => a + b)) : null)));
define('mean', ['...list'], ofNumbers((list) => (list.length ? precise(list.reduce((a, b) => a + b) / list.length) : null)));
define('product', ['...list'], ofNumbers((list) => (list.length ? precise(list.reduce((a, b) => a * b)) : null)));
define('median', ['...list'], ofNumbers((list) => {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return sorted.length ? precise((sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2) : null;
}));

define('abs', ['n'], (n) => {
  if (typeof n === 'number') return Math.abs(n);
  const negative = getType(n) === 'duration' ? negate(n) : null;
  return negative && /** @type {number} */ (compare(n, negative)) < 0 ? negative : negative && n;
});

// Equal elements are found by their value, dates and contexts too.
define('list contains', ['list', 'element'], (list, element) => {
  if (list === null || list === undefined) return null;
  return listOf([list]).some((value) => equals(value, element ?? null) === true);
});
define('index of', ['list', 'match'], (list, match) => {
  if (list === null || list === undefined || match === undefined) return null;
  return listOf([list]).flatMap((value, index) => (equals(value, match) === true ? [index + 1] : []));
});

define('list replace', ['list', 'position', 'newItem', 'match'], (list, position, item, match) => {
  if (!Array.isArray(list) || item === undefined) return null;
  const which = position ?? match;
  if (typeof which === 'number') {
    const index = which < 0 ? list.length + Math.trunc(which) : Math.trunc(which) - 1;
    return index in list ? list.map((value, at) => (at === index ? item : value)) : null;
  }
  if (!isFunction(which) || which.parameterNames.length !== 2) return null;
  const chosen = list.map((value) => which.invoke([value, item]));
  return chosen.every((answer) => typeof answer === 'boolean') ? list.map((value, at) => (chosen[at] ? item : value)) : null;
});

/** @param {any} value */
function dayOf(value) {
  if (value instanceof FeelDate) return value.unwrap();
  return value instanceof FeelDateTime ? value.unwrap().toPlainDate() : null;
}
define('years and months duration', ['from', 'to'], (from, to) => {
  const [start, end] = [dayOf(from), dayOf(to)];
  if (!start || !end) return null;
  const { years, months } = start.until(end, { largestUnit: 'year' });
  return ofMonths(years * 12 + months);
});

// XML Schema ends offsets at 14 hours, Java at 18, and wants an offset or a zone, not both; feelin takes anything
const NO_ZONE = /[+-](?:19|[2-9]\d):\d\d|[+-]\d\d:\d\d(?::\d\d)?@/;
for (const name of ['time', 'date and time', '@']) {
  const original = builtins[name];
  define(name, original.$args, (...values) => (values.some((value) => typeof value === 'string' && NO_ZONE.test(value)) ? null : original(...values)));
}

// DMN 1.5 10.3.4.3: of code points, not of UTF-16 units
define('substring', ['string', 'start position', 'length'], (string, start, length) => {
  if (typeof string !== 'string' || typeof start !== 'number' || start === 0) return null;
  if (length !== undefined && length !== null && typeof length !== 'number') return null;
  const characters = Array.from(string);
  const first = start < 0 ? Math.max(characters.length + Math.trunc(start), 0) : Math.trunc(start) - 1;
  return characters.slice(first, typeof length === 'number' ? first + Math.trunc(length) : undefined).join('');
});

/** @type {Record<string, Set<string>>} what a path may read of a value that is no context */
export const PROPERTIES = {
  date: new Set(['year', 'month', 'day', 'weekday']),
  time: new Set(['hour', 'minute', 'second', 'time offset', 'timezone']),
  'date time': new Set(['year', 'month', 'day', 'weekday', 'hour', 'minute', 'second', 'time offset', 'timezone']),
  duration: new Set(['years', 'months', 'days', 'hours', 'minutes', 'seconds']),
  range: new Set(['start', 'end', 'start included', 'end included']),
};

