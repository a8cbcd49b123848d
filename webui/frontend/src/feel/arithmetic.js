// Arithmetic of DMN 1.5 tables 50 to 57, on feelin's values. feelin itself departs from the tables where dates and durations
// meet numbers, times and other zones, and computes 0.1 + 0.2 as binary fractions do.
import { FeelDate, FeelDateTime, FeelDuration, FeelTime, addDuration, duration, toComparable } from 'feelin';

const DIGITS = 15; // what a double holds of a decimal number: with them 1250000.10 * 3 is 3750000.30

/**
 * A result of arithmetic as a decimal number; null outside the numbers.
 * @param {number} number
 */
export function precise(number) {
  if (Number.isInteger(number)) return number;
  return Number.isFinite(number) ? Number(number.toPrecision(DIGITS)) : null;
}

/** @param {any} value */
const isNumber = (value) => typeof value === 'number';
/** @param {any} value */
const isDuration = (value) => value instanceof FeelDuration;
/** @param {any} value */
const isMoment = (value) => value instanceof FeelDate || value instanceof FeelDateTime;
/** @param {any} value a bare date counts as midnight UTC (10.3.2.3.5) */
const isZoned = (value) => value instanceof FeelDate || value.zone !== null;

/** @param {any} length a years and months duration */
const months = (length) => length.unwrap().years * 12 + length.unwrap().months;
/** @param {any} length a days and time duration */
const milliseconds = (length) => length.unwrap().total({ unit: 'millisecond' });

/** @param {number} count */
export const ofMonths = (count) => duration(`${count < 0 ? '-' : ''}P${Math.abs(Math.trunc(count))}M`);
/** @param {number} count */
const ofMilliseconds = (count) => (Number.isFinite(count) ? duration(Math.round(count)) : null);

/**
 * @param {any} length
 * @param {number} factor
 */
function scale(length, factor) {
  return length.yearsMonths ? ofMonths(months(length) * factor) : ofMilliseconds(milliseconds(length) * factor);
}

/**
 * @param {any} moment date, date and time, or time
 * @param {any} length
 * @param {1 | -1} sign
 */
function shift(moment, length, sign) {
  if (moment instanceof FeelTime) return length.yearsMonths ? null : addDuration(moment, length, sign);
  const shifted = addDuration(moment, length, sign);
  return moment instanceof FeelDate && shifted instanceof FeelDateTime ? new FeelDate(shifted.unwrap().toPlainDate()) : shifted;
}

/**
 * The time from b to a.
 * @param {any} a
 * @param {any} b
 */
function between(a, b) {
  const comparable = (isMoment(a) && isMoment(b)) || (a instanceof FeelTime && b instanceof FeelTime);
  if (!comparable || isZoned(a) !== isZoned(b)) return null;
  return ofMilliseconds(toComparable(a) - toComparable(b));
}

/** @type {Record<string, (a: any, b: any) => any>} null wherever the tables have no row */
export const BINARY = {
  '+': (a, b) => {
    if (isNumber(a) && isNumber(b)) return precise(a + b);
    if (typeof a === 'string' && typeof b === 'string') return a + b;
    if (isDuration(a) && isDuration(b)) {
      if (a.yearsMonths !== b.yearsMonths) return null;
      return a.yearsMonths ? ofMonths(months(a) + months(b)) : ofMilliseconds(milliseconds(a) + milliseconds(b));
    }
    if (isDuration(b) && (isMoment(a) || a instanceof FeelTime)) return shift(a, b, 1);
    if (isDuration(a) && (isMoment(b) || b instanceof FeelTime)) return shift(b, a, 1);
    return null;
  },

  '-': (a, b) => {
    if (isNumber(a) && isNumber(b)) return precise(a - b);
    if (isDuration(b)) {
      if (isDuration(a)) return BINARY['+'](a, scale(b, -1));
      return isMoment(a) || a instanceof FeelTime ? shift(a, b, -1) : null;
    }
    return between(a, b);
  },

  '*': (a, b) => {
    if (isNumber(a) && isNumber(b)) return precise(a * b);
    if (isDuration(a) && isNumber(b)) return scale(a, b);
    return isNumber(a) && isDuration(b) ? scale(b, a) : null;
  },

  '/': (a, b) => {
    if (isNumber(b)) {
      if (b === 0) return null;
      if (isNumber(a)) return precise(a / b);
      return isDuration(a) ? scale(a, 1 / b) : null;
    }
    if (!isDuration(a) || !isDuration(b) || a.yearsMonths !== b.yearsMonths) return null;
    const [left, right] = a.yearsMonths ? [months(a), months(b)] : [milliseconds(a), milliseconds(b)];
    return right === 0 ? null : precise(left / right);
  },

  '**': (a, b) => (isNumber(a) && isNumber(b) ? precise(a ** b) : null),
};
BINARY['^'] = BINARY['**'];

/** @param {any} value */
export function negate(value) {
  if (isNumber(value)) return 0 - value;
  return isDuration(value) ? scale(value, -1) : null;
}
