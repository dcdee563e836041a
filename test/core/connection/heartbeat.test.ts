/** Is the link alive? Pings keep their schedule, any frame is proof, and nobody is judged in their sleep. */

import { describe, expect, test } from 'vitest';
import { transition } from '../../../src/core/connection/transition.js';
import { contextOf, EVENTS, NOW_MS, openAt, outcomeOf, PULSES, recordOf } from '../../support/connection-states.js';
import { ConnectionWorld, healthyPeer, type WorldTerms } from '../../support/connection-world.js';

const INTERVAL_MS = 25_000;

/** An open connection whose peer says nothing by itself. */
function openWorld(terms: WorldTerms = {}): ConnectionWorld {
  const world = new ConnectionWorld(terms);
  world.connect();
  for (let step = 0; step < 3; step += 1) world.succeed();
  return world;
}

/** How long after its opening each ping went out. */
function pingTimes(world: ConnectionWorld): readonly number[] {
  return world.pingsAtMs.map((atMs) => atMs - 1_000_000);
}

/** Frames other than pongs, this far apart. */
function chatter(world: ConnectionWorld, everyMs: number, durationMs: number): void {
  for (let passedMs = 0; passedMs < durationMs; passedMs += everyMs) {
    world.runFor(everyMs);
    world.hear(false);
  }
}

describe('the schedule of pings', () => {
  test('UP-35 CN-5 is kept while frames come in all the time', () => {
    const world = openWorld({ peer: healthyPeer(0) });

    chatter(world, 500, 300_000);

    expect(pingTimes(world)).toEqual(Array.from({ length: 12 }, (_, index) => (index + 1) * INTERVAL_MS));
    expect(world.dials).toHaveLength(1);
  });

  test('UP-35 is kept while the pong is withheld and other frames come', () => {
    const world = openWorld();

    chatter(world, 700, 301_000);

    expect(pingTimes(world)).toEqual(Array.from({ length: 12 }, (_, index) => (index + 1) * INTERVAL_MS));
    expect(world.dials).toHaveLength(1);
  });

  test('CN-5 speaks only after silence where the option asks for it', () => {
    const world = openWorld({ policy: { pingWhenIdleOnly: true }, peer: healthyPeer(0) });

    chatter(world, 10_000, 100_000);
    const whileBusy = world.pingsAtMs.length;
    world.runFor(INTERVAL_MS);

    expect(whileBusy).toBe(0);
    expect(pingTimes(world)).toEqual([125_000]);
  });

  test('CN-5 stops where the interval is infinite, and a probe still works', () => {
    const world = openWorld({ policy: { heartbeatIntervalMs: Number.POSITIVE_INFINITY } });

    world.runFor(3_600_000);
    const unasked = world.pingsAtMs.length;
    world.dispatch(EVENTS.woken);
    world.hear(true);

    expect([unasked, world.pingsAtMs.length]).toEqual([0, 1]);
    expect([...world.timers.keys()]).toEqual([]);
  });

  test('CN-5 tells the round trip by the pong', () => {
    const world = openWorld({ peer: healthyPeer(80) });

    world.runFor(INTERVAL_MS + 100);

    expect(world.state).toMatchObject({ status: 'open', roundTripMs: 80, pulse: { phase: 'resting' } });
  });
});

describe('a peer that falls silent', () => {
  test('UP-01 CN-5 is dropped after interval and timeout, without waiting for its close', () => {
    const world = openWorld();

    world.runFor(INTERVAL_MS + 10_000 - 1);
    const before = world.state.status;
    world.runFor(1);

    expect(before).toBe('open');
    expect(world.causes).toMatchObject([{ kind: 'unresponsive', code: null, everOpened: true }]);
    expect([...world.sockets.keys()]).toEqual([]);
    expect(world.timers.has('retry')).toBe(true);
  });

  test('UP-01 F6 changes nothing when its close comes at last', () => {
    const world = openWorld();
    world.runFor(INTERVAL_MS + 10_000);
    world.runToRetry();
    const after = world.state;

    world.dispatch({ ...EVENTS['socket closes'], dialId: 1 });
    world.dispatch({ ...EVENTS.pong, dialId: 1 });

    expect(world.state).toBe(after);
  });

  test.each(['life', 'pong'] as const)('UP-01 F14 lives by a %s in the last millisecond', (name) => {
    const world = openWorld();

    world.runFor(INTERVAL_MS + 10_000 - 1);
    world.hear(name === 'pong');
    world.runFor(INTERVAL_MS - 10_000 + 1);

    expect(world.causes).toEqual([]);
    expect(pingTimes(world)).toEqual([INTERVAL_MS, 2 * INTERVAL_MS]);
  });

  test.each(['beat', 'slow', 'grace'] as const)('UP-01 CN-5 lives by any frame heard after the ping: %s', (name) => {
    const state = openAt({ pulse: PULSES[name] });

    const outcomes = [NOW_MS - 1_999, NOW_MS - 2_000].map((heardAtMs) =>
      outcomeOf(state, transition(state, EVENTS['pulse timer'], contextOf({ heardAtMs }))),
    );

    expect(outcomes[0]).toBe('resting, +pulse 23000');
    expect(outcomes[1]).toMatch(/^waiting/);
  });

  test('UP-01 is not judged by silence where it never answered a ping', () => {
    const world = openWorld({ policy: { peerAnswersPings: false } });

    world.runFor(600_000);

    expect(world.state.status).toBe('open');
    expect(world.dials).toHaveLength(1);
    expect(world.pingsAtMs.length).toBeGreaterThan(20);
  });

  test('UP-01 is judged by silence once it has answered a ping, on later connections too', () => {
    const world = openWorld({ policy: { peerAnswersPings: false } });
    world.runFor(INTERVAL_MS);
    world.hear(true);
    world.closeSocket(1006);
    world.runToRetry();
    for (let step = 0; step < 3; step += 1) world.succeed();

    world.runFor(INTERVAL_MS + 10_000);

    expect(world.causes.map(({ kind }) => kind)).toEqual(['socket-closed', 'unresponsive']);
  });

  test('UP-26 leaves no ping behind for the next connection', () => {
    const world = openWorld();
    world.runFor(INTERVAL_MS + 5_000);

    world.closeSocket(1006);
    world.runToRetry();
    for (let step = 0; step < 3; step += 1) world.succeed();
    world.runFor(10_000);

    expect(world.state).toMatchObject({ status: 'open', pulse: { phase: 'resting' } });
  });
});

describe('a page that is hidden', () => {
  test('UP-25 CN-5 judges nobody, and asks again when it is shown', () => {
    const world = openWorld();
    world.dispatch(EVENTS['page hidden']);

    world.runFor(3_600_000);
    const pulse = world.state.status === 'open' ? world.state.pulse.phase : null;
    world.dispatch(EVENTS['page visible']);
    const afterWake = world.pingsAtMs.length;
    world.runFor(3_000);

    expect(pulse).toBe('unjudged');
    expect(afterWake).toBe(2);
    expect(world.causes).toMatchObject([{ kind: 'unresponsive' }]);
  });

  test('UP-25 is not judged in the grace after a sleep either', () => {
    const hidden = recordOf({ page: 'hidden' });
    const state = openAt({ pulse: PULSES.grace, record: hidden });

    const step = transition(state, EVENTS['pulse timer'], contextOf());

    expect(outcomeOf(state, step)).toBe('unjudged');
  });

  test('UP-25 F65 CN-5 with one tick a minute for half an hour never reconnects to a healthy server', () => {
    for (const isHidden of [true, false]) {
      const world = openWorld({ peer: healthyPeer(30), tickMs: 60_000 });
      if (isHidden) world.dispatch(EVENTS['page hidden']);

      world.runFor(1_800_000);

      expect(world.dials).toHaveLength(1);
      expect(world.causes).toEqual([]);
      expect(world.pingsAtMs.length).toBeGreaterThanOrEqual(29);
    }
  });
});

describe('a device that slept', () => {
  test('UP-26 CN-5 F64 gives the pong that waits to be read its time, and keeps the connection', () => {
    const world = openWorld();
    world.runFor(INTERVAL_MS);

    world.sleep(600_000);
    world.fire('pulse');
    world.hear(true);
    world.runFor(5_000);

    expect(world.causes).toEqual([]);
    expect(world.dials).toHaveLength(1);
  });

  test('UP-26 CN-5 takes a silence of one more second for death', () => {
    const world = openWorld();
    world.runFor(INTERVAL_MS);
    world.sleep(600_000);
    world.fire('pulse');

    world.runFor(999);
    const before = world.state.status;
    world.runFor(1);

    expect(before).toBe('open');
    expect(world.causes).toMatchObject([{ kind: 'unresponsive' }]);
  });

  test.each([
    [1_000, 'beat'],
    [1_001, 'probe'],
  ])('UP-26 F66 asks at once, with little patience, when its ping is %i ms late: a %s', (lateMs, kind) => {
    const state = openAt();

    const [next] = transition(state, { type: 'timer-fired', timer: 'pulse', lateMs }, contextOf());

    expect(next).toMatchObject({ pulse: { phase: 'awaiting', kind } });
  });

  test('F66 sleeps 8 h and makes one attempt at the wake, not a burst', () => {
    const world = openWorld();
    world.runFor(INTERVAL_MS);

    world.sleep(8 * 3_600_000);
    world.dispatch(EVENTS['page visible']);
    world.dispatch(EVENTS.woken);
    world.dispatch(EVENTS.online);
    world.runFor(3_000);
    world.runToRetry();

    expect(world.pingsAtMs).toHaveLength(2);
    expect(world.dials).toHaveLength(2);
    expect(world.broken).toEqual([]);
  });
});

describe('a probe', () => {
  test.each([
    [10_000, 3_000],
    [100, 100],
  ])('UP-02 with a timeout of %i ms waits %i ms', (heartbeatTimeoutMs, waitMs) => {
    const world = openWorld({ policy: { heartbeatTimeoutMs } });
    world.runFor(5_000);

    world.dispatch(EVENTS.woken);

    world.runFor(waitMs - 1);
    const before = world.state.status;
    world.runFor(1);

    expect(before).toBe('open');
    expect(world.causes).toMatchObject([{ kind: 'unresponsive' }]);
  });

  test('UP-02 keeps a healthy connection, and leaves the schedule going', () => {
    const world = openWorld({ peer: healthyPeer(20) });
    world.runFor(5_000);

    world.dispatch(EVENTS.woken);
    world.runFor(60_000);

    expect(pingTimes(world)).toEqual([5_000, 30_000, 55_000]);
    expect(world.dials).toHaveLength(1);
  });
});
