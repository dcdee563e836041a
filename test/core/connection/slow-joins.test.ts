/** Joins whose answers take longer than they have: the same time again would be in vain. */

import { describe, expect, test } from 'vitest';
import { transition } from '../../../src/core/connection/transition.js';
import {
  contextOf,
  DIAL_ID,
  EVENTS,
  HANDOVERS,
  NOW_MS,
  openAt,
  recordOf,
  tryingAt,
} from '../../support/connection-states.js';
import { ConnectionWorld } from '../../support/connection-world.js';

/** The greeting comes half a second after the socket is open, and the answer to the join never. */
function failJoin(world: ConnectionWorld, hasGreeted = true): number {
  world.succeed();
  world.succeed();
  const openedAtMs = world.nowMs;
  const countBefore = world.causes.length;
  if (hasGreeted) {
    world.runFor(500);
    world.heardAtMs = world.nowMs;
  }
  while (world.causes.length === countBefore) world.runFor(100);
  const tookMs = world.nowMs - openedAtMs;
  world.runToRetry();
  return tookMs;
}

function connected(): ConnectionWorld {
  const world = new ConnectionWorld({ policy: { dialsPerMinuteMax: 100 } });
  world.connect();
  return world;
}

describe('F14 joins that take too long', () => {
  test('have twice the time on the next connection, then four times, and no more', () => {
    const world = connected();

    expect([1, 2, 3, 4].map(() => failJoin(world))).toEqual([10_000, 20_000, 40_000, 40_000]);
    expect(world.causes.map(({ kind }) => kind)).toEqual(Array(4).fill('join-timed-out'));
    expect(world.broken).toEqual([]);
  });

  test('F5 have no more time where the server never said a word', () => {
    const world = connected();

    expect([1, 2, 3].map(() => failJoin(world, false))).toEqual([10_000, 10_000, 10_000]);
  });

  test('have it although token and handshake were slow too', () => {
    const world = connected();
    failJoin(world);
    world.runFor(9_000);
    world.succeed();
    world.runFor(9_000);
    world.succeed();

    world.runFor(19_999);
    const isUnderWay = world.attempt?.phase === 'joining';
    world.runFor(1);

    expect(isUnderWay).toBe(true);
    expect(world.attempt).toBeNull();
  });

  test('UP-02 are not given up by a wake before that', () => {
    const world = connected();
    failJoin(world);
    world.succeed();
    world.succeed();
    world.sleep(19_999);

    world.dispatch(EVENTS.woken);
    const isUnderWay = world.attempt?.phase === 'joining';
    world.sleep(1);
    world.dispatch(EVENTS.woken);

    expect(isUnderWay).toBe(true);
    expect(world.attempt).toBeNull();
  });

  test.each([
    ['after more than the usual time keep what they have', 10_001, 2],
    ['within the usual time give it back', 10_000, 0],
  ])('and are answered %s', (_when, tookMs, joinsTimedOut) => {
    const dialing = tryingAt('dialing', recordOf({ joinsTimedOut: 2 }));
    const [state] = transition(dialing, EVENTS['socket opens'], contextOf());

    const [next] = transition(state, EVENTS.joined, contextOf({ nowMs: NOW_MS + tookMs }));

    expect(next).toMatchObject({ status: 'open', record: { joinsTimedOut } });
  });

  test('UP-02 have the time of one each, where there are several', () => {
    const [next, commands] = transition(tryingAt('joining'), { type: 'join-answered', dialId: DIAL_ID }, contextOf());

    expect(next).toMatchObject({ status: 'connecting', attempt: { deadlineAtMs: NOW_MS + 10_000 } });
    expect(commands).toEqual([{ type: 'start-timer', timer: 'attempt', delayMs: 10_000 }]);
  });

  test('beside a connection in use are not excused by what that one hears', () => {
    const state = openAt({ handover: HANDOVERS.joining });

    const [next] = transition(state, EVENTS['attempt timer'], contextOf({ heardAtMs: NOW_MS }));

    expect(next).toMatchObject({ status: 'open', record: { joinsTimedOut: 0, lastCause: { kind: 'join-timed-out' } } });
  });
});
