import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTimeMs } from '../../src/protocols/wire-time.js';

const SEED = Number(process.env['SEED'] ?? 2_026);

test(`a time is what Date.parse says of it, whichever way it is read (seed ${SEED})`, () => {
  const digits = (max: number, length: number) => fc.nat(max).map((value) => String(value).padStart(length, '0'));
  const parts = fc.tuple(digits(9_999, 4), digits(13, 2), digits(32, 2), digits(25, 2), digits(61, 2), digits(61, 2));
  const texts = fc
    .tuple(parts, digits(999, 3), fc.constantFrom('Z', 'z', '+00:00', ''))
    .map(([[year, month, day, hour, minute, second], ms, zone]) => {
      return `${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}${zone}`;
    });

  fc.assert(
    fc.property(texts, (text) => {
      const isRead = /(?:Z|\+00:00|\d)$/.test(text);
      const parsedMs = isRead
        ? Date.parse(/\d$/.test(text) && !text.endsWith('+00:00') ? `${text}Z` : text)
        : Number.NaN;
      expect(readTimeMs(text, 7)).toBe(Number.isNaN(parsedMs) ? 7 : parsedMs);
    }),
    { seed: SEED, numRuns: 20_000 },
  );
});

test.each([
  ['1970-01-01T00:00:00.000Z', 0],
  ['2000-02-28T23:59:59.999Z', Date.UTC(2000, 1, 28, 23, 59, 59, 999)],
  ['2000-02-29T00:00:00.000Z', Date.UTC(2000, 1, 29)],
  ['2100-03-01T00:00:00.000Z', Date.UTC(2100, 2, 1)],
  ['0000-01-01T00:00:00.000Z', Date.parse('0000-01-01T00:00:00.000Z')],
])('%s is %i', (text, expectedMs) => {
  expect(readTimeMs(text, 7)).toBe(expectedMs);
});
