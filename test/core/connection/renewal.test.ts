/** A token is renewed before its life ends, however long or short that is said to be, and never in a loop. */

import { describe, expect, test } from 'vitest';
import { EVENTS, NOW_MS } from '../../support/connection-states.js';
import { automaticDials, ConnectionWorld, healthyPeer } from '../../support/connection-world.js';

const DAY_MS = 86_400_000;

interface TokenTerms {
  readonly inBand: boolean;
  readonly answers: boolean;
}

/** An open connection with a token of this life; a renewal in band is answered with another of the same, or never. */
function openWith(expiresInMs: number | null, { inBand, answers }: TokenTerms) {
  const renewalsAtMs: number[] = [];
  const healthy = healthyPeer(0);
  const world = new ConnectionWorld({
    peer: (command, there) => {
      if (command.type === 'renew-token') {
        const { dialId } = command;
        renewalsAtMs.push(there.nowMs - NOW_MS);
        if (answers) there.after(10, () => tellLifetime(there, dialId, expiresInMs));
      } else if (command.type === 'dial') {
        there.succeed();
        there.dispatch({ ...EVENTS.joined, dialId: command.dialId, expiresInMs, canRenewInBand: inBand });
      } else healthy(command, there);
    },
  });
  world.connect();
  world.runFor(0);
  return { world, renewalsAtMs };
}

function tellLifetime(world: ConnectionWorld, dialId: number, expiresInMs: number | null): void {
  world.tokenCalls.delete(dialId);
  world.dispatch({ type: 'token-lifetime-told', dialId, expiresInMs });
}

describe('a renewal in band', () => {
  test.each([
    ['a minute', 60_000, 48_000],
    ['an hour', 3_600_000, 2_880_000],
    ['a second', 1_000, 30_000],
    ['nought', 0, 30_000],
    ['less than nothing', -5_000, 30_000],
  ])('UP-42 of a token that holds %s begins in time', (_what, expiresInMs, dueMs) => {
    const { world, renewalsAtMs } = openWith(expiresInMs, { inBand: true, answers: true });

    world.runFor(dueMs);

    expect(renewalsAtMs).toEqual([dueMs]);
    expect(world.dials).toHaveLength(1);
  });

  test.each([
    ['30 days', 30 * DAY_MS],
    ['ten years', 3_650 * DAY_MS],
    ['1e300', 1e300],
  ])('UP-42 of a token that holds %s is armed for 20 days, which every timer can', (_what, expiresInMs) => {
    const { world } = openWith(expiresInMs, { inBand: true, answers: true });

    expect(world.timers.get('renew')).toBe(world.nowMs + 20 * DAY_MS);
    expect(world.broken).toEqual([]);
  });

  test.each([null, Number.NaN, Number.POSITIVE_INFINITY])('UP-42 is not armed where the life is %s', (expiresInMs) => {
    const { world } = openWith(expiresInMs, { inBand: true, answers: true });

    expect(world.timers.has('renew')).toBe(false);
  });

  test('UP-42 of tokens that are over at once makes two calls a minute', () => {
    const { world, renewalsAtMs } = openWith(-1, { inBand: true, answers: true });

    world.runFor(600_000);

    expect(renewalsAtMs).toHaveLength(19);
  });

  test('UP-42 that hangs is ended on time and tried again, one call at a time', () => {
    const { world, renewalsAtMs } = openWith(60_000, { inBand: true, answers: false });

    world.runFor(200_000);

    expect(renewalsAtMs).toEqual([48_000, 88_000, 128_000, 168_000]);
    expect(world.broken).toEqual([]);
    expect(world.state.status).toBe('open');
  });

  test('UP-42 is not begun again by a server that warns all the time', () => {
    const { world, renewalsAtMs } = openWith(null, { inBand: true, answers: true });

    for (let turn = 0; turn < 600; turn += 1) {
      world.dispatch({ ...EVENTS['token expiring'], dialId: world.dialId });
      world.runFor(100);
    }

    expect(renewalsAtMs.length).toBeLessThanOrEqual(3);
  });
});

describe('a renewal by a fresh connection', () => {
  test('UP-07 UP-42 dials with a new token before the old one is over', () => {
    const { world } = openWith(60_000, { inBand: false, answers: true });

    world.runFor(48_000);
    world.runFor(1_000);

    expect(world.dials.map(({ reason }) => reason)).toEqual(['first', 'handover']);
    expect(world.state.status).toBe('open');
  });

  test('UP-42 C14 comes at most every 30 s from a server that warns all the time', () => {
    const { world } = openWith(null, { inBand: false, answers: true });

    for (let turn = 0; turn < 1_200; turn += 1) {
      if (world.state.status === 'open') world.dispatch({ ...EVENTS['token expiring'], dialId: world.dialId });
      world.runFor(100);
    }

    const gaps = automaticDials(world).map((atMs, index, all) => atMs - (all[index - 1] ?? NOW_MS));
    expect(gaps).toHaveLength(4);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(29_900);
  });
});
