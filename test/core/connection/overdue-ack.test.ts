/** An ack is overdue. Is the link dead, is the server deaf, or is it only that everything takes its time? */

import { describe, expect, test } from 'vitest';
import { transition } from '../../../src/core/connection/transition.js';
import { contextOf, EVENTS, NOW_MS, openAt, outcomeOf, POLICY, recordOf } from '../../support/connection-states.js';
import { ConnectionWorld, type WorldTerms } from '../../support/connection-world.js';

const FRAME_EVERY_MS = 2_700;
/** How often the watch over acks speaks up once one is overdue. */
const LOOK_EVERY_MS = 4_000;

function openWorld(terms: WorldTerms = {}): ConnectionWorld {
  const world = new ConnectionWorld(terms);
  world.connect();
  for (let step = 0; step < 3; step += 1) world.succeed();
  world.runFor(2_000);
  return world;
}

/** Frames other than pongs come in one by one, and the ack of one message does not. */
function missAck(world: ConnectionWorld, durationMs: number): void {
  world.hear(false);
  world.dispatch({ ...EVENTS['probe wanted'], dialId: world.dialId });
  const endMs = world.nowMs + durationMs;
  const hear = () => {
    world.hear(false);
    world.after(FRAME_EVERY_MS, hear);
  };
  world.after(FRAME_EVERY_MS, hear);
  while (world.nowMs + LOOK_EVERY_MS <= endMs && world.state.status === 'open') {
    world.runFor(LOOK_EVERY_MS);
    world.dispatch({ ...EVENTS['ack overdue'], dialId: world.dialId });
  }
}

describe('the question for a sign of life', () => {
  test.each([
    ['spoke a moment ago has the time of any ping', NOW_MS - 4_999, 'beat, +pulse 10000, send-ping #7'],
    ['has been silent has three seconds', NOW_MS - 5_000, 'slow, +pulse 3000, send-ping #7'],
  ])('F14 L4 to a link that %s', (_which, heardAtMs, outcome) => {
    const state = openAt();

    expect(outcomeOf(state, transition(state, EVENTS['probe wanted'], contextOf({ heardAtMs })))).toBe(outcome);
  });

  test('F14 to a silent link has no more time than any ping', () => {
    const state = openAt();
    const policy = { ...POLICY, heartbeatTimeoutMs: 1_500 };

    const [, commands] = transition(state, EVENTS['probe wanted'], contextOf({ heardAtMs: 0, policy }));

    expect(commands).toContainEqual({ type: 'start-timer', timer: 'pulse', delayMs: 1_500 });
  });

  test('F14 dials no other connection beside a slow one', () => {
    const world = openWorld();
    world.runFor(8_000);

    world.dispatch({ ...EVENTS['probe wanted'], dialId: 1 });
    world.runFor(2_999);
    const isKept = world.state.status === 'open';
    world.runFor(1);

    expect(isKept).toBe(true);
    expect(world.causes).toMatchObject([{ kind: 'unresponsive' }]);
    expect(world.dials).toHaveLength(1);
  });
});

describe('an ack that does not come', () => {
  test.each([
    ['no pong is due', null, /^waiting 500 retry, .*drop #7 4002/],
    ['the pong is due for a minute', { count: 1, sinceMs: NOW_MS - 60_000 }, /^waiting 500 retry, .*drop #7 4002/],
    ['the pong is due for less', { count: 1, sinceMs: NOW_MS - 59_999 }, /^nothing$/],
  ])('DS-8 F14 while %s', (_when, pongsDue, outcome) => {
    const state = openAt({ pongsDue });

    expect(outcomeOf(state, transition(state, EVENTS['ack overdue'], contextOf()))).toMatch(outcome);
  });

  test('DS-8 ends the connection where nobody ever answered a ping', () => {
    const record = recordOf({ peerAnswersPings: false });
    const state = openAt({ pongsDue: { count: 3, sinceMs: NOW_MS - 10_000 }, record });

    expect(outcomeOf(state, transition(state, EVENTS['ack overdue'], contextOf()))).toContain('drop #7 4002');
  });

  test('F14 I16 ends no connection on which frames come in and the pong is on its way', () => {
    const world = openWorld();

    missAck(world, 59_000);

    expect(world.state.status).toBe('open');
    expect(world.dials).toHaveLength(1);
  });

  test('F11 ends one on which frames come in and the pong does not come within a minute', () => {
    const world = openWorld();

    missAck(world, 70_000);

    expect(world.causes).toMatchObject([{ kind: 'ack-overdue' }]);
  });

  test('DS-8 F14 ends one whose pong has come without it', () => {
    const world = openWorld();
    world.after(7_000, () => world.hear(true));

    missAck(world, 20_000);

    expect(world.causes).toMatchObject([{ kind: 'ack-overdue' }]);
    expect(world.nowMs - NOW_MS).toBe(2_000 + 8_000);
  });

  test('F14 does not take the answer to a ping of before for the answer to its own', () => {
    const world = openWorld();
    world.runFor(23_000);
    world.after(5_000, () => world.hear(true));

    missAck(world, 12_000);
    const isKept = world.state.status === 'open';
    world.hear(true);
    missAck(world, 4_000);

    expect(isKept).toBe(true);
    expect(world.pingsAtMs.length).toBeGreaterThanOrEqual(2);
  });
});
