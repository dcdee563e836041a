/** Delays: bounded for any input, spread over clients, growing while it goes badly, and never too many dials. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limiterDelayMs, retryDelayMs } from '../../../src/core/connection/backoff.js';
import type { ConnectionState } from '../../../src/core/connection/state.js';
import { transition } from '../../../src/core/connection/transition.js';
import { seededRandom } from '../../../src/testing/seeded-random.js';
import { contextOf, EVENTS, NOW_MS, POLICY, waitingFor } from '../../support/connection-states.js';
import { automaticDials, ConnectionWorld, mostWithin } from '../../support/connection-world.js';
import { HOSTILE_PEERS, refuses } from '../../support/hostile-peers.js';

const SEED = Number(process.env['SEED'] ?? 19_700_101);
const anyNumber = fc.oneof(
  fc.double(),
  fc.constantFrom(1e12, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0),
);
const rolls = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const codes = fc.option(fc.oneof(fc.constantFrom(1001, 1012, 1013), fc.integer({ min: 1000, max: 4999 })));

function delay(facts: Partial<Parameters<typeof retryDelayMs>[0]>, policy = POLICY): number {
  return retryDelayMs({ retry: 1, code: null, hintMs: null, roll: 0.5, nowMs: NOW_MS, before: null, ...facts }, policy);
}

/** The share of these clients that fall into the fullest 100 ms. */
function worstShare(facts: Partial<Parameters<typeof retryDelayMs>[0]>, clients: number): number {
  const random = seededRandom(SEED);
  const buckets = new Map<number, number>();
  for (let client = 0; client < clients; client += 1) {
    const bucket = Math.floor(delay({ ...facts, roll: random() }) / 100);
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
  }
  return Math.max(...buckets.values()) / clients;
}

describe('a delay', () => {
  test(`F45 CN-3 is finite and within ten minutes for any input (seed ${SEED})`, () => {
    const policies = fc.record({
      delayFirstMs: fc.integer({ min: 0, max: 600_000 }),
      delayMaxMs: fc.integer({ min: 0, max: 600_000 }),
      factor: fc.double({ min: 1, max: 10, noNaN: true }),
    });
    const before = fc.record({ code: codes, retryAfterMs: fc.option(anyNumber), atMs: fc.nat(NOW_MS) });
    const losses = fc.record({
      retry: fc.oneof(fc.constant(2), fc.integer({ min: 1, max: 5_000 })),
      code: codes,
      hintMs: fc.option(anyNumber),
      before: fc.option(before),
    });

    const property = fc.property(policies, losses, rolls, (policy, loss, roll) => {
      const delayMs = delay({ ...loss, roll }, { ...POLICY, ...policy });

      expect(delayMs).toBeGreaterThanOrEqual(0);
      expect(delayMs).toBeLessThanOrEqual(600_000);
    });

    fc.assert(property, { seed: SEED, numRuns: 5_000 });
  });

  test('CN-3 is drawn from nought to the rung, which doubles up to the cap', () => {
    const tops = [1, 2, 3, 4, 5, 6, 7, 50, 2_000].map((retry) => delay({ retry, roll: 1 }));

    expect(tops).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
    expect(delay({ retry: 6, roll: 0 })).toBe(0);
  });

  test('CN-3 stays nothing on every rung where the first delay is nothing', () => {
    const delays = [1, 2, 100, 310, 1_100, 5_000].map((retry) => delay({ retry }, { ...POLICY, delayFirstMs: 0 }));

    expect(delays).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test.each([
    ['1001', { code: 1001 }, [0, 5_000]],
    ['1012', { code: 1012 }, [1_000, 10_000]],
    ['1013', { code: 1013 }, [15_000, 60_000]],
    ['a hint', { hintMs: 20_000 }, [20_000, 25_000]],
    ['a hint with 1013', { code: 1013, hintMs: 90_000 }, [90_000, 95_000]],
    ['a hint of ten minutes', { hintMs: 600_000 }, [595_000, 600_000]],
    ['a hint of 1e12', { hintMs: 1e12 }, [595_000, 600_000]],
  ])('UP-11 CN-3 after %s lies between its floor and its top', (_what, facts, range) => {
    expect([0, 1].map((roll) => delay({ ...facts, roll }))).toEqual(range);
  });

  test.each([-1, 0, Number.NaN, Number.POSITIVE_INFINITY])('F45 takes a hint of %d for none', (hintMs) => {
    expect(delay({ hintMs })).toBe(500);
    expect(delay({ hintMs, code: 1013 })).toBe(37_500);
  });

  test('UP-11 a hint on a high rung is spread over the rung', () => {
    expect(delay({ retry: 6, hintMs: 20_000, roll: 1 })).toBe(50_000);
  });
});

describe('the delay of the second retry', () => {
  const second = (agoMs: number, facts: { code?: number; retryAfterMs?: number; delayMaxMs?: number } = {}) => {
    const { code = 1006, retryAfterMs = null, delayMaxMs = 30_000 } = facts;
    const before = { code, retryAfterMs, atMs: NOW_MS - agoMs };
    return [0, 1].map((roll) => delay({ retry: 2, before, roll }, { ...POLICY, delayMaxMs }));
  };

  test('UP-11 CN-3 begins when the window of the first retries is over', () => {
    expect(second(300)).toEqual([700, 2_700]);
    expect(second(1_000)).toEqual([0, 2_000]);
    expect(second(12_000)).toEqual([0, 2_000]);
  });

  test.each([
    ['1012', { code: 1012 }, 9_000],
    ['1001', { code: 1001 }, 5_000],
    ['a hint', { code: 1012, retryAfterMs: 3_000 }, 5_000],
    ['1013, which asks for more than the longest delay', { code: 1013 }, 30_000],
  ])('UP-11 F23 after an end announced by %s stays spread as widely', (_what, facts, topMs) => {
    expect(second(4_000, facts)).toEqual([0, topMs]);
  });

  test('CN-3 is never longer than the longest one', () => {
    expect(second(300, { delayMaxMs: 2_200 })).toEqual([200, 2_200]);
    expect(second(300, { delayMaxMs: 1_000 })).toEqual([0, 1_000]);
    expect(second(300, { code: 1013, delayMaxMs: 8_000 })).toEqual([0, 8_000]);
  });

  test('CN-3 is the only one with a floor', () => {
    const before = { code: 1006, retryAfterMs: null, atMs: NOW_MS - 10 };

    expect(delay({ retry: 3, before, roll: 0 })).toBe(0);
    expect(delay({ retry: 1, before, roll: 0 })).toBe(0);
  });
});

describe('the delays of many clients', () => {
  test.each([
    ['attempt 1', { retry: 1 }, 0.12],
    ['attempt 3', { retry: 3 }, 0.04],
    ['attempt 6', { retry: 6 }, 0.01],
    ['the cap', { retry: 40 }, 0.01],
  ])('UP-11 CN-3 at %s spread', (_what, facts, most) => {
    expect(worstShare(facts, 10_000)).toBeLessThanOrEqual(most);
    expect(worstShare(facts, 1_000)).toBeLessThanOrEqual(most + 0.01);
  });

  test.each([
    ['1001', { code: 1001 }],
    ['1012', { code: 1012 }],
    ['1013', { code: 1013 }],
    ['a hint', { hintMs: 30_000 }],
    ['a hint of ten minutes', { hintMs: 600_000 }],
    ['a hint of 1e12', { hintMs: 1e12 }],
  ])('UP-11 F23 after %s never come in one wave', (_what, facts) => {
    expect(worstShare(facts, 10_000)).toBeLessThanOrEqual(0.025);
  });

  test('UP-11 are the same again for the same seed', () => {
    const delays = () => {
      const random = seededRandom(7);
      return [1, 2, 3, 4, 5].map((retry) => delay({ retry, roll: random() }));
    };

    expect(delays()).toEqual(delays());
  });
});

describe('the ladder', () => {
  test('UP-12 CN-4 F20 grows while each connection lives for only a second', () => {
    const world = new ConnectionWorld({ random: () => 0.999_999 });

    world.connect();
    for (let turn = 0; turn < 20; turn += 1) dropAfter(world, 1_000);

    const rungs = world.retryDelaysMs.map((delayMs) => Math.round(delayMs));
    expect(rungs.slice(0, 6)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
    expect(rungs.slice(6)).toEqual(Array.from({ length: 14 }, () => 30_000));
  });

  test('UP-12 CN-4 starts anew after one connection of 11 s', () => {
    const world = new ConnectionWorld({ random: () => 0.999_999 });

    world.connect();
    for (let turn = 0; turn < 5; turn += 1) dropAfter(world, 1_000);
    dropAfter(world, 11_000);

    expect(world.retryDelaysMs.map((delayMs) => Math.round(delayMs))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 1_000,
    ]);
  });
});

describe('the limiter', () => {
  test('CN-3 lets the twelfth pass and holds the thirteenth until the first is a minute old', () => {
    const dials = Array.from({ length: 12 }, (_, index) => 1_000 * index);

    expect(limiterDelayMs(dials.slice(0, 11), 20_000, 12)).toBe(0);
    expect(limiterDelayMs(dials, 20_000, 12)).toBe(40_000);
    expect(limiterDelayMs(dials, 90_000, 12)).toBe(0);
  });

  test.each(HOSTILE_PEERS)('CN-3 C14 F19 F20 keeps to 12 dials in any minute with a server that %s', (_what, peer) => {
    const world = new ConnectionWorld({ random: () => 0, peer });

    world.connect();
    world.runFor(1_200_000);

    expect(mostWithin(automaticDials(world), 60_000)).toBeLessThanOrEqual(12);
    expect(world.broken).toEqual([]);
  });

  test(`CN-3 C14 UP-36 keeps to 12 dials in any minute whatever the page says (seed ${SEED})`, () => {
    const signals = fc.constantFrom('woken', 'online', 'page visible', 'page hidden', 'page left', 'offline');
    const property = fc.property(
      fc.array(signals, { minLength: 300, maxLength: 300, size: 'max' }),
      fc.nat(),
      (names, dice) => {
        const world = new ConnectionWorld({ random: seededRandom(dice), peer: refuses });

        world.connect();
        for (const name of names) {
          world.dispatch(EVENTS[name as keyof typeof EVENTS]);
          world.runFor(500);
        }

        expect(mostWithin(automaticDials(world), 60_000)).toBeLessThanOrEqual(12);
        expect(world.broken).toEqual([]);
      },
    );

    fc.assert(property, { seed: SEED, numRuns: 30 });
  });

  test('CN-3 I15 keeps to 12 sockets in any minute where a token took its time', () => {
    const socketsAtMs: number[] = [];
    const world = new ConnectionWorld({ random: () => 0 });
    world.connect();
    world.dispatch({ type: 'token-failed', dialId: world.dialId, kind: 'token-failed', reason: null });
    world.runToRetry();
    world.peer = (command, around) => {
      if (command.type === 'dial') socketsAtMs.push(around.nowMs);
      refuses(command, around);
    };
    world.sleep(9_000);
    world.succeed();
    world.runFor(300_000);

    expect(mostWithin(socketsAtMs, 60_000)).toBe(12);
    expect(world.broken).toEqual([]);
  });

  test.each(['retry', 'wake', 'online', 'handover', 'auth-failed'] as const)(
    'CN-3 counts a dial for "%s"',
    (reason) => {
      const waiting: ConnectionState = { ...waitingFor(0), reason };

      const [next] = transition(waiting, EVENTS['retry timer'], contextOf());

      expect(next.record.automaticDialsAtMs).toEqual([NOW_MS]);
    },
  );

  test('CN-3 does not count the calls of the user', () => {
    const world = new ConnectionWorld({ peer: refuses });

    for (let turn = 0; turn < 40; turn += 1) {
      world.dispatch(EVENTS.reconnect);
      world.runFor(100);
    }

    const byHand = world.dials.filter(({ reason }) => reason === 'manual');
    expect(byHand).toHaveLength(40);
    expect(world.broken).toEqual([]);
  });
});

/** Opens the dial that is next, and drops it after that time; the next dial has begun then. */
function dropAfter(world: ConnectionWorld, ageMs: number): void {
  for (let step = 0; step < 3; step += 1) world.succeed();
  world.runFor(ageMs);
  world.closeSocket(1006);
  world.runToRetry();
}
