/** Never more frames in any second than the limit, whatever was saved up or could not wait, and not much fewer. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fullPace, owe, type Pace, spend } from '../../../src/core/outbox/pace.js';
import { mostWithin } from '../../support/connection-world.js';

const SEED = Number(process.env['SEED'] ?? 271_828);

interface Frame {
  readonly atMs: number;
  /** False for a ping and the like, which goes out at once. */
  readonly waits: boolean;
}

/** Sends what is asked for at these times, as soon as the pace lets it. */
function run(ratePerSecond: number, wishes: readonly Frame[]): readonly Frame[] {
  const sent: Frame[] = [];
  let pace: Pace = fullPace(ratePerSecond, 0);
  let nowMs = 0;
  for (const { atMs, waits } of wishes) {
    nowMs = Math.max(nowMs, atMs);
    if (!waits) pace = owe(pace, ratePerSecond, nowMs);
    for (let isSent = !waits; !isSent; ) {
      const spent = spend(pace, ratePerSecond, nowMs);
      isSent = spent.waitMs === 0;
      pace = spent.pace;
      nowMs += spent.waitMs;
    }
    sent.push({ atMs: nowMs, waits });
  }
  return sent;
}

const limits = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.double({ min: 1, max: 40, noNaN: true }));
const gaps = fc.oneof(fc.constant(0), fc.nat(30), fc.constantFrom(250, 999, 1_000, 10_000));
const schedules = fc.array(fc.tuple(gaps, fc.constantFrom(true, true, true, false)), { maxLength: 200, size: 'max' });

function wishesOf(schedule: readonly (readonly [gapMs: number, waits: boolean])[]): readonly Frame[] {
  let atMs = 0;
  return schedule.map(([gapMs, waits]) => {
    atMs += gapMs;
    return { atMs, waits };
  });
}

describe('the pace of frames', () => {
  test(`DS-12 UP-28 keeps any second at or below any limit (seed ${SEED})`, () => {
    const property = fc.property(limits, schedules, (limit, schedule) => {
      const patient = wishesOf(schedule).map(({ atMs }) => ({ atMs, waits: true }));

      const sent = run(limit, patient);

      const most = mostWithin(
        sent.map(({ atMs }) => atMs),
        1_000,
      );
      expect(most).toBeLessThanOrEqual(limit);
    });

    fc.assert(property, { seed: SEED, numRuns: 1_000 });
  });

  test(`DS-12 frames that cannot wait are paid for by those that can (seed ${SEED})`, () => {
    const property = fc.property(limits, schedules, (limit, schedule) => {
      const sent = run(limit, wishesOf(schedule));

      sent.forEach(({ atMs, waits }, index) => {
        if (!waits) return;
        const within = sent.slice(0, index + 1).filter((frame) => frame.atMs > atMs - 1_000);
        expect(within.length).toBeLessThanOrEqual(limit);
      });
    });

    fc.assert(property, { seed: SEED, numRuns: 1_000 });
  });

  test('DS-12 a pause saves up no more than the limit, with or without frames that could not wait', () => {
    const countOf = (urgent: number) => {
      const wishes = [
        ...Array.from({ length: urgent }, () => ({ atMs: 60_000, waits: false })),
        ...Array.from({ length: 40 }, () => ({ atMs: 60_000, waits: true })),
      ];
      return run(15, wishes).filter(({ atMs }) => atMs < 61_000).length;
    };

    expect(countOf(0)).toBeLessThanOrEqual(15);
    expect(countOf(5)).toBeLessThanOrEqual(15);
  });

  test(`UP-28 lets at least half of the whole frames of the limit through (seed ${SEED})`, () => {
    const property = fc.property(limits, (limit) => {
      const sent = run(
        limit,
        Array.from({ length: 300 }, () => ({ atMs: 0, waits: true })),
      );

      const seconds = (sent.at(-1)?.atMs ?? 0) / 1_000;
      expect(300 / seconds).toBeGreaterThanOrEqual(Math.floor(limit) / 2);
    });

    fc.assert(property, { seed: SEED, numRuns: 500 });
  });

  test('UP-28 never waits without a limit, and a limit below one frame a second is kept too', () => {
    const unlimited = run(
      Number.POSITIVE_INFINITY,
      Array.from({ length: 1_000 }, (_, index) => ({ atMs: 0, waits: index % 5 > 0 })),
    );
    const slow = run(
      0.5,
      Array.from({ length: 20 }, () => ({ atMs: 0, waits: true })),
    );

    expect(unlimited.at(-1)?.atMs).toBe(0);
    expect(
      mostWithin(
        slow.map(({ atMs }) => atMs),
        2_000,
      ),
    ).toBe(1);
  });

  test('UP-28 a clock that stands still or goes back gives nothing', () => {
    const empty: Pace = { tokens: 0, atMs: 5_000 };

    expect([5_000, 4_000].map((nowMs) => spend(empty, 15, nowMs).waitMs)).toEqual([89, 89]);
  });
});
