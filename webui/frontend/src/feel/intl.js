// QuickJS has no Intl. Temporal needs only this much of it: from an instant to the wall clock of a zone.
// Zone tables come from Python when an expression first names a zone.

/** @typedef {{ starts: number[], offsets: number[] }} Zone periods by their start, in epoch seconds, and their offset, in seconds */

/** @type {Map<string, Zone | null>} */
const zones = new Map([['UTC', { starts: [-Infinity], offsets: [0] }]]);
/** @type {Set<string>} */
const missing = new Set();
const MOST_MISSING = 20;

/**
 * @param {string} name
 * @param {Zone | undefined} zone undefined: there is no such zone
 */
export function setZone(name, zone) {
  zones.set(name.toUpperCase(), zone ?? null);
}

/** Zones that were asked for and not known, as far as Python has not been told yet. */
export function missingZones() {
  if (!missing.size) return [];
  const names = [...missing];
  missing.clear();
  return names;
}

/** @param {string} name */
function zoneOf(name) {
  const zone = zones.get(name.toUpperCase());
  if (zone === undefined && missing.size < MOST_MISSING) missing.add(name);
  if (!zone) throw new RangeError(`unknown time zone: ${name}`);
  return zone;
}

class DateTimeFormat {
  /**
   * @param {unknown} _locale
   * @param {{ timeZone?: string }} [options]
   */
  constructor(_locale, { timeZone = 'UTC' } = {}) {
    this.name = timeZone;
    this.zone = zoneOf(timeZone);
  }

  resolvedOptions() {
    return { timeZone: this.name, calendar: 'iso8601', locale: 'en', numberingSystem: 'latn' };
  }

  /** @param {number} instant milliseconds */
  formatToParts(instant) {
    const { starts, offsets } = this.zone;
    let period = starts.length - 1;
    while (period > 0 && starts[period] > instant / 1000) period -= 1;
    const local = new Date(instant + offsets[period] * 1000);
    const year = local.getUTCFullYear();
    const parts = {
      era: year > 0 ? 'AD' : 'BC',
      year: year > 0 ? year : 1 - year,
      month: local.getUTCMonth() + 1,
      day: local.getUTCDate(),
      hour: local.getUTCHours(),
      minute: local.getUTCMinutes(),
      second: local.getUTCSeconds(),
    };
    return Object.entries(parts).map(([type, value]) => ({ type, value: String(value) }));
  }

  /** @param {number} instant milliseconds */
  format(instant) {
    return this.formatToParts(instant).map(({ value }) => value).join(' ');
  }
}

if (typeof Intl === 'undefined') Object.assign(globalThis, { Intl: { DateTimeFormat } });
