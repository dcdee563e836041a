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
  const plainMs = text === undefined ? Number.NaN : readPlainTime(text);
  if (!Number.isNaN(plainMs)) return plainMs;
  const zone = text === undefined ? null : ISO_8601.exec(text);
  if (zone !== null) {
    const timeMs = Date.parse(zone[1] === undefined ? `${zone[0]}Z` : zone[0]);
    if (!Number.isNaN(timeMs)) return timeMs;
  }
  return fallbackMs !== undefined && Math.abs(fallbackMs) <= TIME_MAX_MS ? fallbackMs : 0;
}

/** `2026-01-02T03:04:05.678Z`, as most servers write it, at a tenth of the cost; NaN for any other text. */
function readPlainTime(text: string): number {
  if (text.length !== 24 || !hasMarks(text)) return Number.NaN;
  const month = readDigits(text, 5, 7);
  const day = readDigits(text, 8, 10);
  const [hour, minute, second] = [readDigits(text, 11, 13), readDigits(text, 14, 16), readDigits(text, 17, 19)];
  // What only some months have is left to those who know them.
  const isPlain = month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour <= 23 && minute <= 59 && second <= 59;
  if (!isPlain) return Number.NaN;
  const days = daysSince1970(readDigits(text, 0, 4), month, day);
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000 + readDigits(text, 20, 23);
}

/** Gregorian, in years that begin in March, so that the leap day is the last one. */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  const monthDays = Math.floor((153 * ((month + 9) % 12) + 2) / 5);
  return marchYear * 365 + leapDays + monthDays + day - 1 - 719_468;
}

function hasMarks(text: string): boolean {
  return (
    text[4] === '-' &&
    text[7] === '-' &&
    text[10] === 'T' &&
    text[13] === ':' &&
    text[16] === ':' &&
    text[19] === '.' &&
    text[23] === 'Z'
  );
}

function readDigits(text: string, start: number, end: number): number {
  let value = 0;
  for (let index = start; index < end; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
