/** What each way of ending leads to: another dial, a new token, or the end. */

import { describe, expect, test } from 'vitest';
import type { CloseCause } from '../../../src/core/connection/close-cause.js';
import { readCloseCode } from '../../../src/core/connection/close-code.js';
import type { ConnectionState } from '../../../src/core/connection/state.js';
import { transition } from '../../../src/core/connection/transition.js';
import {
  contextOf,
  EVENTS,
  openAt,
  outcomeOf,
  POLICY,
  recordOf,
  socketClosed,
  tryingAt,
} from '../../support/connection-states.js';
import { automaticDials, ConnectionWorld, mostWithin, type Peer } from '../../support/connection-world.js';

/** The next state for each code; the delay is the middle of its range. */
const CODES: readonly (readonly [code: number, next: string])[] = [
  [1000, 'waiting 500 retry'],
  [1001, 'waiting 2500 retry'],
  [1002, 'closed stopped by socket-closed 1002'],
  [1003, 'closed stopped by socket-closed 1003'],
  [1004, 'waiting 500 retry'],
  [1005, 'waiting 500 retry'],
  [1006, 'waiting 500 retry'],
  [1007, 'closed stopped by socket-closed 1007'],
  [1008, 'waiting 500 retry'],
  [1009, 'waiting 500 retry'],
  [1010, 'closed stopped by socket-closed 1010'],
  [1011, 'waiting 500 retry'],
  [1012, 'waiting 5500 retry'],
  [1013, 'waiting 37500 retry'],
  [1014, 'waiting 500 retry'],
  [1015, 'waiting 500 retry'],
  [2999, 'waiting 500 retry'],
  [3000, 'waiting 500 retry'],
  [3999, 'waiting 500 retry'],
  [4000, 'waiting 500 retry'],
  [4001, 'waiting 0 auth-failed'],
  [4003, 'closed stopped by socket-closed 4003'],
  [4401, 'waiting 0 auth-failed'],
  [4403, 'closed stopped by socket-closed 4403'],
  [4999, 'waiting 500 retry'],
];

describe('a close by the server', () => {
  test.each(CODES)('UP-08 UP-10 CN-7 F7 of an open connection with %i leads to "%s"', (code, next) => {
    const step = transition(openAt(), socketClosed(code), contextOf());

    expect(outcomeOf(openAt(), step)).toMatch(new RegExp(`^${next}, -pulse, -renew, drop #7 4000`));
  });

  test.each(CODES)('UP-08 UP-10 CN-7 of a dial with %i leads to "%s"', (code, next) => {
    for (const phase of ['dialing', 'joining'] as const) {
      const step = transition(tryingAt(phase), socketClosed(code), contextOf());

      expect(outcomeOf(tryingAt(phase), step)).toMatch(new RegExp(`^${next}, -attempt, drop #7 4000`));
    }
  });

  test('CN-7 every code from 3000 to 4999 that no list names retries', () => {
    const named = new Set([4001, 4401, 4003, 4403]);
    const codes = Array.from({ length: 2_000 }, (_, index) => 3_000 + index).filter((code) => !named.has(code));

    expect(codes.filter((code) => readCloseCode(code) !== 'retry')).toEqual([]);
  });

  test('UP-08 the protocol reads the code before the common table does', () => {
    const renews = socketClosed(1008, { verdict: { action: 'renew-token', retryAfterMs: null } });
    const stops = socketClosed(1000, { verdict: { action: 'stop', retryAfterMs: null } });
    const retries = socketClosed(4403, { verdict: { action: 'retry', retryAfterMs: null } });

    const outcomes = [renews, stops, retries].map((event) =>
      outcomeOf(openAt(), transition(openAt(), event, contextOf())),
    );

    expect(outcomes.map((outcome) => outcome.split(',')[0])).toEqual([
      'waiting 0 auth-failed',
      'closed stopped by socket-closed 1000',
      'waiting 500 retry',
    ]);
  });

  test('UP-09 the cause holds what was seen and nothing else', () => {
    const reason = `${'x'.repeat(200)}`;

    const [opened] = transition(openAt(), socketClosed(4000, { reason }), contextOf());
    const [refused] = transition(tryingAt('dialing'), socketClosed(1006), contextOf());

    expect(opened.record.lastCause).toMatchObject({ code: 4000, everOpened: true, ageMs: 300_000, wasClean: true });
    expect(opened.record.lastCause?.reason).toHaveLength(123);
    expect(refused.record.lastCause).toMatchObject({ code: 1006, everOpened: false, ageMs: null, wasClean: false });
  });
});

describe('a token that is refused', () => {
  test.each([4001, 4401])('UP-08 F54 CN-7 with %i twice in a row stops after exactly two tokens', (code) => {
    const world = new ConnectionWorld({ peer: closesWith(code) });

    world.connect();
    world.runFor(600_000);

    expect(world.dials.map(({ reason }) => reason)).toEqual(['first', 'auth-failed']);
    expect(world.state).toMatchObject({ status: 'closed', reason: 'stopped' });
    expect(world.causes.at(-1)).toMatchObject({ kind: 'token-refused', code, action: 'stop' });
  });

  test('F53 UP-07 in mid-session is renewed at once, and works', () => {
    const world = openWorld();

    world.closeSocket(4401);
    world.runFor(0);
    for (let step = 0; step < 3; step += 1) world.succeed();

    expect(world.dials.at(-1)).toMatchObject({ reason: 'auth-failed', atMs: world.nowMs });
    expect(world.state.status).toBe('open');
  });

  test('UP-08 a refusal after a token that had opened a connection is the first in a row again', () => {
    const world = openWorld();
    const reopen = () => {
      world.runFor(1_000);
      for (let step = 0; step < 3; step += 1) world.succeed();
    };

    world.closeSocket(4401);
    reopen();
    world.closeSocket(1006);
    reopen();
    world.closeSocket(4401);
    world.runFor(0);

    expect(world.state.status).toBe('connecting');
    expect(world.dials.at(-1)).toMatchObject({ reason: 'auth-failed' });
  });

  test('UP-12 counts from one again after a connection that was stable', () => {
    const world = openWorld();

    for (let turn = 0; turn < 5; turn += 1) {
      world.closeSocket(4401);
      world.runFor(0);
      for (let step = 0; step < 3; step += 1) world.succeed();
      world.runFor(10_000);
    }

    expect(world.dials).toHaveLength(6);
    expect(world.state.status).toBe('open');
  });

  test('UP-08 counts on after a connection that was over within a second', () => {
    const world = openWorld();

    world.closeSocket(4401);
    world.runFor(0);
    for (let step = 0; step < 3; step += 1) world.succeed();
    world.runFor(999);
    world.closeSocket(4401);

    expect(world.state).toMatchObject({ status: 'closed', reason: 'stopped', cause: { kind: 'token-refused' } });
  });

  test('UP-08 UP-42 is not one whose connection served for longer: it is renewed for ever, at growing delays', () => {
    const world = new ConnectionWorld({ peer: servesFor(1_000, 4401), policy: { attemptsMax: 3 }, random: () => 1 });

    world.connect();
    world.runFor(600_000);

    expect(world.causes.length).toBeGreaterThan(20);
    expect(world.causes.every(({ kind, action }) => kind === 'socket-closed' && action === 'renew-token')).toBe(true);
    expect(world.retryDelaysMs.slice(0, 7)).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
    expect(mostWithin(automaticDials(world), 60_000)).toBeLessThanOrEqual(12);
    expect(world.dials.slice(1).every(({ reason }) => reason === 'auth-failed')).toBe(true);
  });

  test('UP-08 at once stops the client after renewals that were good, too', () => {
    const world = new ConnectionWorld({ peer: servesFor(3_000, 4401) });

    world.connect();
    world.runFor(20_000);
    const before = world.causes.length;
    world.peer = closesWith(4401);
    world.runFor(600_000);

    expect(before).toBeGreaterThan(2);
    expect(world.state).toMatchObject({ status: 'closed', reason: 'stopped', cause: { kind: 'token-refused' } });
    expect(world.causes.length - before).toBeLessThanOrEqual(2);
  });

  test('UP-08 CN-3 waits as long as the server asks before the next token', () => {
    const refusal = socketClosed(4401, { verdict: { action: 'renew-token', retryAfterMs: 30_000 } });

    const delays = [0, 0.999].map((roll) => {
      const [next] = transition(openAt(), refusal, contextOf({ roll }));
      return next.status === 'connecting' && next.phase === 'waiting' ? (next.retryAtMs ?? 0) - 1_000_000 : null;
    });

    expect(delays).toEqual([30_000, 34_995]);
  });
});

describe('a handshake that is refused', () => {
  test('UP-09 F4 three times in a row while online is diagnosed, and not before', () => {
    const causes = refusals([true, true, true]);

    expect(causes.map(({ diagnosis }) => diagnosis)).toEqual([null, null, 'handshake-refused']);
    expect(causes.every(({ everOpened, code }) => !everOpened && code === 1006)).toBe(true);
  });

  test('UP-09 F4 is news once: the diagnosis stands until the handshake works', () => {
    const causes = refusals([true, true, true, true, true]);

    const news = causes.filter(
      ({ diagnosis }, index) => diagnosis !== null && (causes[index - 1]?.diagnosis ?? null) === null,
    );

    expect(news).toHaveLength(1);
  });

  test('UP-09 says nothing about the server while the device is offline', () => {
    const causes = refusals([true, false, false, true, false]);

    expect(causes.map(({ diagnosis }) => diagnosis)).toEqual([null, null, null, null, null]);
  });

  test('UP-09 counts from one again once a handshake worked', () => {
    const world = new ConnectionWorld();
    const fail = () => {
      world.succeed();
      world.closeSocket(1006);
      world.runToRetry();
    };

    world.connect();
    fail();
    fail();
    world.succeed();
    world.succeed();
    world.closeSocket(1006);
    world.runToRetry();
    fail();

    expect(world.causes.map(({ diagnosis }) => diagnosis)).toEqual([null, null, null, null]);
  });
});

describe('the application that reads a close itself', () => {
  const outcome = (state: ConnectionState, code: number, shouldRetry: boolean | undefined) => {
    const context = contextOf({ policy: { ...POLICY, shouldRetry: () => shouldRetry } });
    return outcomeOf(state, transition(state, socketClosed(code), context)).split(',')[0];
  };

  test.each([
    ['retries where the table stops', { code: 4403, says: true }, 'waiting 500 retry'],
    ['stops where the table retries', { code: 1006, says: false }, 'closed stopped by socket-closed 1006'],
    ['stops where the table renews', { code: 4401, says: false }, 'closed stopped by socket-closed 4401'],
    ['leaves a renewal to the table', { code: 4401, says: true }, 'waiting 0 auth-failed'],
    ['leaves a stop to the table', { code: 4403, says: undefined }, 'closed stopped by socket-closed 4403'],
  ])('UP-08 %s', (_what, { code, says }, next) => {
    expect(outcome(openAt(), code, says)).toBe(next);
  });

  test('UP-08 retries with the ladder where a second token in a row is refused', () => {
    const asked: CloseCause[] = [];
    const policy = { ...POLICY, shouldRetry: (cause: CloseCause) => asked.push(cause) > 0 };
    const state = tryingAt('joining', recordOf({ tokensRefused: 1, retries: 2 }));

    const step = transition(state, socketClosed(4401), contextOf({ policy }));

    expect(asked).toMatchObject([{ kind: 'token-refused', action: 'stop', code: 4401 }]);
    expect(outcomeOf(state, step)).toMatch(/^waiting 2000 retry,/);
  });
});

test('F3 F5 F47 each step of an attempt that hangs fails on time, with its own name', () => {
  const kinds = (['authorizing', 'dialing', 'joining'] as const).map((phase) => {
    const [next] = transition(tryingAt(phase), EVENTS['attempt timer'], contextOf());
    return next.record.lastCause?.kind;
  });

  expect(kinds).toEqual(['token-timed-out', 'dial-timed-out', 'join-timed-out']);
});

test('UP-03 F5 the steps of an attempt together have no more time than its deadline', () => {
  const world = new ConnectionWorld();

  world.connect();
  world.runFor(9_000);
  world.succeed();
  world.runFor(9_000);
  world.succeed();
  world.runFor(1_999);
  const before = world.causes.length;
  world.runFor(1);

  expect(before).toBe(0);
  expect(world.causes).toMatchObject([{ kind: 'join-timed-out', everOpened: true }]);
});

test('F47 F48 I13 a provider that always hangs costs one call an attempt, at the pace of the ladder', () => {
  const world = new ConnectionWorld({ random: () => 1 });

  world.connect();
  world.runFor(600_000);

  expect(world.causes.every(({ kind }) => kind === 'token-timed-out')).toBe(true);
  expect(world.dials.length).toBeGreaterThan(10);
  expect(world.dials.length).toBeLessThan(22);
  expect(world.broken).toEqual([]);
});

/** A server that takes the token's dial and then closes it. */
function closesWith(code: number): Peer {
  return (command, world) => {
    if (command.type === 'fetch-token') world.after(10, () => world.succeed());
    if (command.type !== 'dial') return;
    world.after(10, () => world.succeed());
    world.after(20, () => world.closeSocket(code));
  };
}

/** A server that opens a connection and closes it when its token is over. */
function servesFor(serviceMs: number, code: number): Peer {
  return (command, world) => {
    if (command.type === 'fetch-token') world.after(0, () => world.succeed());
    if (command.type !== 'dial') return;
    for (let step = 0; step < 2; step += 1) world.after(0, () => world.succeed());
    world.after(serviceMs, () => world.closeSocket(code));
  };
}

function openWorld(): ConnectionWorld {
  const world = new ConnectionWorld();
  world.connect();
  for (let step = 0; step < 3; step += 1) world.succeed();
  world.runFor(10_000);
  return world;
}

/** The causes of refused handshakes in a row, each online or not. */
function refusals(online: readonly boolean[]): readonly CloseCause[] {
  const world = new ConnectionWorld();
  world.connect();
  for (const isOnline of online) {
    world.isOnline = isOnline;
    world.succeed();
    world.closeSocket(1006);
    world.runToRetry();
  }
  return world.causes;
}
