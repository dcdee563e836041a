/** Random sequences of all calls and all outside events: the machine is never stuck, and never does too much. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TimerName } from '../../../src/core/connection/command.js';
import type { ConnectionEvent } from '../../../src/core/connection/event.js';
import type { ConnectionPolicy } from '../../../src/core/connection/step.js';
import { seededRandom } from '../../../src/testing/seeded-random.js';
import { dialsOf } from '../../support/connection-rules.js';
import { EVENTS, type EventName } from '../../support/connection-states.js';
import { automaticDials, ConnectionWorld, healthyPeer, mostWithin } from '../../support/connection-world.js';

const SEED = Number(process.env['SEED'] ?? 20_250_807);
const RUNS = 2_000;
const STEPS_MAX = 60;

type Stimulus =
  | { readonly kind: 'event'; readonly event: ConnectionEvent }
  | { readonly kind: 'stale'; readonly name: EventName; readonly age: number }
  | { readonly kind: 'succeed' }
  /** All that it takes to be open. */
  | { readonly kind: 'open' }
  | { readonly kind: 'token-fails'; readonly outcome: 'token-failed' | 'no-token' | 'stopped-by-provider' }
  | { readonly kind: 'on-dial'; readonly name: EventName }
  /** The same for the other of two dials. */
  | { readonly kind: 'on-beside'; readonly name: EventName }
  | { readonly kind: 'hinted'; readonly retryAfterMs: number }
  | { readonly kind: 'lifetime'; readonly expiresInMs: number | null }
  | { readonly kind: 'close'; readonly code: number; readonly retryAfterMs: number | null }
  | { readonly kind: 'run'; readonly durationMs: number }
  | { readonly kind: 'sleep'; readonly durationMs: number }
  | { readonly kind: 'fire'; readonly timer: TimerName }
  | { readonly kind: 'network'; readonly isOnline: boolean };

const hints = fc.constantFrom(-1, 0, 500, 7_000, 90_000, 1e12, Number.NaN, Number.POSITIVE_INFINITY);
const closeCodes = fc.oneof(
  fc.constantFrom(1000, 1001, 1005, 1006, 1006, 1006, 1008, 1009, 1011, 1012, 1013, 4001, 4401),
  fc.integer({ min: 1000, max: 4999 }),
);
const durations = fc.oneof(fc.constantFrom(0, 1, 1_000, 10_000, 25_000, 60_000), fc.nat(120_000));

function outside<Names extends EventName>(...names: readonly Names[]): fc.Arbitrary<Stimulus> {
  return fc.constantFrom(...names).map((name) => ({ kind: 'event', event: EVENTS[name] }));
}

const stimuli: fc.Arbitrary<Stimulus> = fc.oneof(
  { weight: 40, arbitrary: outside('connect', 'connect', 'reconnect', 'close', 'send') },
  { weight: 40, arbitrary: outside('page visible', 'page hidden', 'page left', 'woken', 'online', 'offline') },
  { weight: 1, arbitrary: outside('dispose') },
  { weight: 120, arbitrary: fc.constant<Stimulus>({ kind: 'succeed' }) },
  { weight: 60, arbitrary: fc.constant<Stimulus>({ kind: 'open' }) },
  { weight: 60, arbitrary: durations.map((durationMs): Stimulus => ({ kind: 'run', durationMs })) },
  { weight: 20, arbitrary: durations.map((durationMs): Stimulus => ({ kind: 'sleep', durationMs })) },
  {
    weight: 20,
    arbitrary: fc
      .constantFrom<TimerName>('retry', 'attempt', 'pulse', 'renew', 'close')
      .map((timer): Stimulus => ({ kind: 'fire', timer })),
  },
  {
    weight: 50,
    arbitrary: fc
      .record({ code: closeCodes, retryAfterMs: fc.option(hints) })
      .map((facts): Stimulus => ({ kind: 'close', ...facts })),
  },
  {
    weight: 20,
    arbitrary: fc
      .constantFrom('token-failed', 'token-failed', 'token-failed', 'no-token', 'stopped-by-provider')
      .map((outcome): Stimulus => ({ kind: 'token-fails', outcome })),
  },
  {
    weight: 30,
    arbitrary: fc
      .constantFrom<EventName>(
        'life',
        'pong',
        'ack overdue',
        'bad frames',
        'probe wanted',
        'token rejected',
        'token expiring',
        'dial fails',
      )
      .map((name): Stimulus => ({ kind: 'on-dial', name })),
  },
  {
    weight: 40,
    arbitrary: fc
      .constantFrom<EventName>(
        'life',
        'pong',
        'ack overdue',
        'probe wanted',
        'token rejected',
        'token expiring',
        'pause hinted',
        'dial fails',
        'token fails',
        'no token',
        'socket closes',
        'drained',
      )
      .map((name): Stimulus => ({ kind: 'on-beside', name })),
  },
  { weight: 10, arbitrary: hints.map((retryAfterMs): Stimulus => ({ kind: 'hinted', retryAfterMs })) },
  { weight: 10, arbitrary: fc.option(hints).map((expiresInMs): Stimulus => ({ kind: 'lifetime', expiresInMs })) },
  {
    weight: 30,
    arbitrary: fc
      .record({ name: fc.constantFrom(...dialEventNames()), age: fc.nat(4) })
      .map((facts): Stimulus => ({ kind: 'stale', ...facts })),
  },
  { weight: 10, arbitrary: fc.boolean().map((isOnline): Stimulus => ({ kind: 'network', isOnline })) },
);

const policies: fc.Arbitrary<Partial<ConnectionPolicy>> = fc.record({
  attemptsMax: fc.constantFrom(0, 2, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY),
  delayFirstMs: fc.constantFrom(0, 1_000, 1_000),
  pingWhenIdleOnly: fc.boolean(),
  peerAnswersPings: fc.boolean(),
  heartbeatTimeoutMs: fc.constantFrom(100, 10_000),
});

const runs = fc.record({
  policy: policies,
  dice: fc.nat(),
  sequence: fc.array(stimuli, { minLength: 1, maxLength: STEPS_MAX, size: 'max' }),
  wakes: fc.boolean(),
});

describe('the connection machine in a random world', () => {
  test(`UP-03 UP-13 UP-24 UP-33 F22 F56 F57 F58 F59 keeps every rule (seed ${SEED})`, () => {
    const property = fc.property(runs, ({ policy, dice, sequence }) => {
      const world = new ConnectionWorld({ policy, random: seededRandom(dice) });

      for (const stimulus of sequence) apply(world, stimulus);
      settle(world);

      expect(world.broken).toEqual([]);
      expect(mostWithin(automaticDials(world), 60_000)).toBeLessThanOrEqual(12);
      if (!isWanted(world)) expect([...world.timers.keys(), ...world.sockets.keys()]).toEqual([]);
    });

    fc.assert(property, { seed: SEED, numRuns: RUNS });
  });

  test(`CN-8 UP-23 F1 F48 opens within 75 s once the faults stop (seed ${SEED})`, () => {
    const property = fc.property(runs, ({ policy, dice, sequence, wakes }) => {
      const world = new ConnectionWorld({
        policy: { ...policy, attemptsMax: Number.POSITIVE_INFINITY },
        random: seededRandom(dice),
      });
      const faults = sequence.filter((stimulus) => !isPause(stimulus, wakes));
      for (const stimulus of faults) apply(world, stimulus);
      if (world.state.status === 'closed' && world.state.reason === 'disposed') return;

      recover(world, wakes);
      world.runFor(75_000);

      expect(world.state.status).toBe('open');
      expect(world.broken).toEqual([]);
    });

    fc.assert(property, { seed: SEED, numRuns: RUNS });
  });
});

describe('a thousand calls in one tick', () => {
  test('F61 connecting and closing 1,000 times leaves one dial or none', () => {
    const world = new ConnectionWorld();

    for (let turn = 0; turn < 1_000; turn += 1) {
      world.connect();
      if (turn % 3 === 0) world.succeed();
      world.dispatch(EVENTS.close);
    }
    world.connect();

    expect(world.broken).toEqual([]);
    expect(world.tokenCalls.size).toBe(1);
    expect([...world.timers.keys()]).toEqual(['attempt']);
    expect([...world.sockets.keys()]).toEqual([]);
  });

  test('F56 connecting 1,000 times dials once', () => {
    const world = new ConnectionWorld();

    for (let turn = 0; turn < 1_000; turn += 1) world.connect();

    expect(world.dials).toHaveLength(1);
  });
});

function apply(world: ConnectionWorld, stimulus: Stimulus): void {
  const { dialId, state } = world;
  switch (stimulus.kind) {
    case 'event':
      return world.dispatch(stimulus.event);
    case 'stale':
      return dispatchStale(world, stimulus.name, stimulus.age);
    case 'succeed':
      return world.succeed();
    case 'open':
      return open(world);
    case 'token-fails': {
      if (!world.tokenCalls.delete(dialId)) return;
      return world.dispatch({ type: 'token-failed', dialId, kind: stimulus.outcome, reason: null });
    }
    case 'on-dial':
      if (!world.sockets.has(dialId)) return;
      return world.dispatch({ ...EVENTS[stimulus.name], dialId } as ConnectionEvent);
    case 'on-beside': {
      const { besideId } = world;
      if (besideId === null) return;
      if (stimulus.name === 'socket closes') return world.closeSocket(1006, {}, besideId);
      if (EVENTS[stimulus.name].type === 'token-failed' && !world.tokenCalls.delete(besideId)) return;
      // Only names of dial events are drawn, and those stay what they are with another id.
      return world.dispatch({ ...EVENTS[stimulus.name], dialId: besideId } as ConnectionEvent);
    }
    case 'hinted':
      return world.dispatch({ type: 'pause-hinted', dialId, retryAfterMs: stimulus.retryAfterMs });
    case 'lifetime':
      if (state.status === 'open') world.tokenCalls.delete(dialId);
      return world.dispatch({ type: 'token-lifetime-told', dialId, expiresInMs: stimulus.expiresInMs });
    case 'close': {
      if (!world.sockets.has(dialId)) return;
      const { code, retryAfterMs } = stimulus;
      const verdict = retryAfterMs === null ? null : { action: 'retry' as const, retryAfterMs };
      return world.closeSocket(code, { verdict });
    }
    case 'run':
      return world.runFor(stimulus.durationMs);
    case 'sleep':
      return world.sleep(stimulus.durationMs);
    case 'fire':
      return fireIfDue(world, stimulus.timer);
    case 'network':
      world.isOnline = stimulus.isOnline;
  }
}

function open(world: ConnectionWorld): void {
  if (world.state.record.page === 'left') world.dispatch(EVENTS['page visible']);
  if (!isWanted(world)) world.connect();
  world.runToRetry();
  for (let step = 0; step < 3; step += 1) world.succeed();
}

/** I14: an answer of an earlier dial changes nothing at all. */
function dispatchStale(world: ConnectionWorld, name: EventName, age: number): void {
  const before = world.state;
  const dialId = before.record.lastDialId - 1 - age;
  // The one in use may be older than others that failed beside it.
  if (dialsOf(before).includes(dialId)) return;
  // Only names of dial events come here, and those stay what they are with another id.
  world.dispatch({ ...EVENTS[name], dialId } as ConnectionEvent);
  if (world.state !== before) world.broken.push(`I14 a stale "${name}" changed the state`);
}

/** Timers are never early; one that was due in a sleep fires late. */
function fireIfDue(world: ConnectionWorld, timer: TimerName): void {
  if ((world.timers.get(timer) ?? Number.POSITIVE_INFINITY) <= world.nowMs) world.fire(timer);
}

/** Longer than any single timer of a connection that is not wanted. */
function settle(world: ConnectionWorld): void {
  if (!isWanted(world)) world.runFor(world.policy.closeMs + 1);
}

function recover(world: ConnectionWorld, wakes: boolean): void {
  world.peer = healthyPeer();
  const isParked = world.state.record.page !== 'visible';
  if (wakes || isParked) world.dispatch(EVENTS['page visible']);
  if (!isWanted(world)) world.connect();
  takeUp(world);
}

/** What was commanded while nobody answered is answered now, unless it is a socket that is dead. */
function takeUp(world: ConnectionWorld): void {
  const { attempt } = world;
  if (attempt === null || attempt.phase === 'joining') return;
  const { dialId } = attempt;
  const type = attempt.phase === 'authorizing' ? 'fetch-token' : 'dial';
  if (type === 'dial') world.peer({ type, dialId }, world);
  else world.peer({ type, dialId, reason: 'first', attempt: 0, lastClose: null }, world);
}

/** The server asked for a pause, which is kept however well it works by now; a wake ends one that has begun. */
function isPause(stimulus: Stimulus, wakes: boolean): boolean {
  if (stimulus.kind === 'hinted') return true;
  return stimulus.kind === 'close' && stimulus.retryAfterMs !== null && !wakes;
}

function isWanted({ state }: ConnectionWorld): boolean {
  return state.status === 'connecting' || state.status === 'open';
}

function dialEventNames(): readonly EventName[] {
  // The keys of EVENTS are EventName by its definition; Object.keys forgets them.
  return (Object.keys(EVENTS) as EventName[]).filter((name) => 'dialId' in EVENTS[name]);
}
