// FEEL for Python: one classic script that QuickJS loads; engine/expressions/backend.py is the other side.
import './feel/intl.js';

import { clock } from './feel/builtins.js';
import { missingZones, setZone } from './feel/intl.js';
import { inspect } from './feel/inspection.js';
import { compile } from './feel/programs.js';
import { decode, encode, setMark, tagged } from './feel/values.js';

const LIMIT = /^null$|out of memory|call stack|too long/i; // null is what QuickJS throws when it cannot even make an error

/** @type {Map<number, import('./feel/programs.js').Program>} */
const programs = new Map();
let lastId = 0;

/**
 * Answers in text are plain JSON; or, after a letter: T JSON with marked values, E an error, Z zones to be sent first.
 * @template A
 * @param {() => A} work
 */
function answer(work) {
  try {
    const found = work();
    return askForZones() ?? found;
  } catch (error) {
    return askForZones() ?? failure(error);
  }
}

/** What went on without its zones is worth nothing. */
function askForZones() {
  const zones = missingZones();
  return zones.length ? tagged('Z', JSON.stringify(zones)) : null;
}

/** @param {any} error */
function failure(error) {
  const reason = String(error?.message ?? error).toWellFormed();
  return tagged('E', JSON.stringify({ limit: LIMIT.test(reason), ...(error?.problem ?? { code: 'failed', place: { reason } }) }));
}

const host = {
  /** @param {string} mark what marks dates in JSON; Python draws it, so that no data can imitate it */
  start: (mark) => setMark(mark),

  /** @param {string} json [name, starts of periods in epoch seconds, offsets in seconds], or [name] when there is no such zone */
  zone(json) {
    const [name, starts, offsets] = JSON.parse(json);
    setZone(name, starts && { starts, offsets });
  },

  /** @param {string} json [dialect, source] */
  compile: (json) => answer(() => {
    const [dialect, source] = JSON.parse(json);
    const program = compile(dialect, source.toWellFormed());
    lastId += 1;
    programs.set(lastId, program);
    return JSON.stringify({ id: lastId, names: program.names, clock: program.clock });
  }),

  /** Forget every program: their ids are not valid any more. */
  forget: () => programs.clear(),

  /** @param {string} json [dialect, source] */
  inspect: (json) => answer(() => {
    const [dialect, source] = JSON.parse(json);
    return JSON.stringify(inspect(dialect, source.toWellFormed()));
  }),

  /**
   * @param {number} id
   * @param {string} json the variables
   * @param {boolean} marked whether json holds marked values
   * @param {string} now date and time for now() and today(), or ''
   * @returns {boolean | number | null | string}
   */
  run: (id, json, marked, now) => answer(() => {
    const variables = JSON.parse(json);
    if (marked) decode(variables);
    clock.set(now);
    return encode(/** @type {import('./feel/programs.js').Program} */ (programs.get(id)).run(variables));
  }),
};

Object.assign(globalThis, { feel: host });
// Nothing that runs later may add properties to what all objects share.
for (const shared of [Object, Array, Function, String, Number, Boolean, Date, RegExp, Map, Set, Promise]) {
  Object.preventExtensions(shared.prototype);
}
