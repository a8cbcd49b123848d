// FEEL for Python: one classic script that QuickJS loads; engine/expressions/backend.py is the other side.
import './feel/intl.js';

import { missingZones, setZone } from './feel/intl.js';
import { inspect } from './feel/inspection.js';
import { compile } from './feel/programs.js';
import { clock } from './feel/semantics.js';
import { decode, encode, setMark } from './feel/values.js';

const LIMIT = /out of memory|call stack|stack overflow/i;

/** @type {Map<number, import('./feel/programs.js').Program>} */
const programs = new Map();
let lastId = 0;

/** @param {any} error */
function failure(error) {
  const template = String(error?.message ?? error);
  const { start = 0, end = 0, ...problem } = error?.problem ?? { template, place: {} };
  return 'E' + JSON.stringify({ ...problem, start, end, limit: LIMIT.test(template) });
}

/**
 * Answers are one-letter-tagged texts: J plain JSON, T JSON with marked values, E an error, Z zones to be sent first.
 * @param {string} json of what was asked
 * @param {(asked: any) => unknown} answer
 */
function respond(json, answer) {
  try {
    const value = answer(JSON.parse(json));
    const zones = missingZones();
    return zones.length ? 'Z' + JSON.stringify(zones) : 'J' + JSON.stringify(value);
  } catch (error) {
    return failure(error);
  }
}

const host = {
  /** @param {string} mark what marks dates in JSON; Python draws it, so that no data can imitate it */
  start: (mark) => setMark(mark),

  /** @param {string} json [name, starts of periods in epoch seconds, offsets in seconds] or [name] when unknown */
  zone: (json) => respond(json, ([name, starts, offsets]) => setZone(name, starts && { starts, offsets })),

  /** @param {string} json [dialect, source] */
  compile: (json) => respond(json, ([dialect, source]) => {
    const program = compile(dialect, source);
    lastId += 1;
    if (!missingZones(false).length) programs.set(lastId, program);
    return { id: lastId, names: program.names, clock: program.clock };
  }),

  /** Forget every program: their ids are not valid any more. */
  forget: () => programs.clear(),

  /** @param {string} json [dialect, source] */
  inspect: (json) => respond(json, ([dialect, source]) => inspect(dialect, source)),

  /**
   * @param {number} id
   * @param {string} json the variables
   * @param {boolean} marked whether json holds marked values
   * @param {string} now date and time for now() and today(), or ''
   * @returns {boolean | number | null | string}
   */
  run(id, json, marked, now) {
    try {
      const program = /** @type {import('./feel/programs.js').Program} */ (programs.get(id));
      const variables = JSON.parse(json);
      if (marked) decode(variables);
      clock.set(now);
      const value = program.run(variables);
      const zones = missingZones();
      if (zones.length) return 'Z' + JSON.stringify(zones);
      return encode(value);
    } catch (error) {
      return failure(error);
    }
  },
};

Object.assign(globalThis, { feel: host });
// Nothing that runs later may add properties to what all objects share.
for (const shared of [Object, Array, Function, String, Number, Boolean, Date, RegExp, Map, Set, Promise]) {
  Object.preventExtensions(shared.prototype);
}
