import { expect, test } from 'vitest';
import { countingIds } from '../../src/testing/counting-ids.js';
import { seededRandom } from '../../src/testing/seeded-random.js';

test('seededRandom falls the same way for the same seed and another way for another', () => {
  const roll = (seed: number) => Array.from({ length: 100 }, seededRandom(seed));

  expect(roll(7)).toEqual(roll(7));
  expect(roll(7)).not.toEqual(roll(8));
});

test('seededRandom is spread evenly over [0, 1)', () => {
  const random = seededRandom(1);
  const tenths = new Array<number>(10).fill(0);

  for (let count = 0; count < 100_000; count += 1) {
    const tenth = Math.floor(random() * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }

  expect(tenths).toHaveLength(10);
  expect(Math.min(...tenths)).toBeGreaterThan(9_500);
  expect(Math.max(...tenths)).toBeLessThan(10_500);
});

test('countingIds counts in valid UUIDs and keeps seeds apart', () => {
  const ids = countingIds(0xab);

  const made = [ids.messageId(), ids.messageId(), ids.shortId(), countingIds().messageId()];

  expect(made).toEqual([
    '000000ab-0000-4000-8000-000000000001',
    '000000ab-0000-4000-8000-000000000002',
    'id-1',
    '00000000-0000-4000-8000-000000000001',
  ]);
});
