import { describe, expect, test } from 'vitest';
import { answerGrowth, flowSpread, SLOWDOWN_MAX, SPREAD_MAX, slowdown } from '../../scripts/bench/memory/verdict.js';
import { median, spread } from '../../scripts/bench/statistics.js';

describe('a heap', () => {
  test('that leaks a tenth on its way is not flat', () => {
    const flow = (heapBytes: readonly number[]) => flowSpread({ title: '', messages: 1, heapBytes });

    expect(flow([100, 104, 99, 101])).toBeLessThan(SPREAD_MAX);
    expect(flow([100, 104, 108, 112])).toBeGreaterThan(SPREAD_MAX);
  });

  test('may hold the text of the answer, and little else of it', () => {
    const heap = { chunks: 10, textBytes: 50, beforeBytes: 1_000 };

    expect(answerGrowth({ ...heap, afterBytes: 1_060 })).toBeCloseTo(0.01);
    expect(answerGrowth({ ...heap, afterBytes: 1_250 })).toBeGreaterThan(SPREAD_MAX);
  });
});

test('chunks that cost more the longer the answer is are not linear', () => {
  const speeds = (...cpus: readonly number[]) => cpus.map((cpu, index) => ({ chunks: 10 * 2 ** index, cpu }));

  expect(slowdown(speeds(2, 2.1, 2.2))).toBeCloseTo(1.1);
  expect(slowdown(speeds(2, 4, 8))).toBeGreaterThan(SLOWDOWN_MAX);
});

test('medians are of the middle, whatever the order', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 9, 2])).toBe(3);
});

test('the spread is a share of the least', () => {
  expect(spread([8, 10, 9])).toBe(0.25);
});
