// Values at the border with Python: JSON, with dates, times and durations marked.
import { FeelDate, FeelDateTime, FeelDuration, FeelTime, duration, isFunction, isRange, parseDate, parseDateTime, parseTime } from 'feelin';

import { refusal } from './trees.js';

/** The longest answer, in characters of JSON. */
const LONGEST = 1_000_000;

let mark = '';

/** @param {string} text */
export function setMark(text) {
  mark = text;
}

/** @type {Record<string, (text: string) => any>} */
const READERS = { d: parseDate, t: parseTime, w: parseDateTime, p: duration };

/**
 * Put real dates where marked ones stand, in place.
 * @param {any} value list or context
 */
export function decode(value) {
  for (const key of Object.keys(value)) {
    const entry = value[key];
    if (entry === null || typeof entry !== 'object') continue;
    const text = entry[mark];
    if (typeof text === 'string') value[key] = READERS[text[0]](text.slice(1));
    else decode(entry);
  }
}

/**
 * QuickJS joins long texts lazily, and the Python binding does not know such ropes: `join` makes a flat one.
 * @param {string} letter
 * @param {string} json
 */
export const tagged = (letter, json) => [letter, json].join('');

/** @param {any} value */
function text(value) {
  return value.isWellFormed() ? value : value.toWellFormed();
}

/**
 * What JSON can hold of a value: { [mark]: 'd2026-11-22' } for dates and their like.
 * @param {any} value
 * @param {{ marked: boolean }} seen
 * @returns {any}
 */
function plain(value, seen) {
  switch (typeof value) {
    case 'string': return text(value);
    case 'number':
      if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
      if (!Number.isFinite(value)) return null;
      seen.marked = true; // as JSON its shortest digits would be read as another whole number
      return { [mark]: `n${value}` };
    case 'boolean': return value;
    case 'undefined': return null;
    case 'function': throw refusal({ code: 'no-value', place: { kind: 'function' } });
  }
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((entry) => plain(entry, seen));
  const letter = value instanceof FeelDate ? 'd'
    : value instanceof FeelTime ? 't'
    : value instanceof FeelDateTime ? 'w'
    : value instanceof FeelDuration ? (value.yearsMonths ? '' : 'p')
    : null;
  if (letter === '') return value.iso; // years and months have no equal in Python: they stay text
  if (letter) {
    seen.marked = true;
    return { [mark]: letter + value.iso };
  }
  if (isRange(value)) throw refusal({ code: 'no-value', place: { kind: 'range' } });
  if (isFunction(value)) throw refusal({ code: 'no-value', place: { kind: 'function' } });
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [text(key), plain(entry, seen)]));
}

/**
 * @param {any} value
 * @returns {boolean | number | null | string} the value itself; or JSON, tagged T where it holds marked values
 */
export function encode(value) {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (value === null || value === undefined) return null;
  const seen = { marked: false };
  const json = JSON.stringify(plain(value, seen));
  if (json.length > LONGEST) throw new Error(`out of memory: the result has ${json.length} characters`);
  return seen.marked ? tagged('T', json) : json;
}
