/** The largest distance from 1970 that a Date can hold; beyond it `toISOString` throws. */
const TIME_MAX_MS = 8.64e15;

/** Date and time, with a zone or without. Other texts are read differently from engine to engine. */
const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * Unix milliseconds from an ISO 8601 text; without a zone it is read as UTC. Where the text says nothing usable,
 * `fallbackMs` (the envelope's own time) stands in, and 0 where that is none either. Never NaN, and always a time that
 * a `Date` can hold.
 */
export function readTimeMs(text: string | undefined, fallbackMs: number | undefined): number {
  const zone = text === undefined ? null : ISO_8601.exec(text);
  if (zone !== null) {
    const timeMs = Date.parse(zone[1] === undefined ? `${zone[0]}Z` : zone[0]);
    if (!Number.isNaN(timeMs)) return timeMs;
  }
  return fallbackMs !== undefined && Math.abs(fallbackMs) <= TIME_MAX_MS ? fallbackMs : 0;
}
