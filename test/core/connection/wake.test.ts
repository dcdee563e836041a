/** The device wakes, the network comes and goes, the page is hidden, left and shown, and the attempts run out. */

import { describe, expect, test } from 'vitest';
import type { ConnectionEvent } from '../../../src/core/connection/event.js';
import { transition } from '../../../src/core/connection/transition.js';
import {
  contextOf,
  EVENTS,
  type EventName,
  NOW_MS,
  outcomeOf,
  POLICY,
  recordOf,
  socketClosed,
  tryingAt,
  waitingFor,
} from '../../support/connection-states.js';
import {
  automaticDials,
  ConnectionWorld,
  healthyPeer,
  mostWithin,
  type WorldTerms,
} from '../../support/connection-world.js';
import { exhaustedWorld, openWorld, waitingWorld } from '../../support/woken-worlds.js';

const WAKES = ['page visible', 'woken', 'online'] as const satisfies readonly EventName[];

describe('a wake of an open connection', () => {
  test.each(WAKES)('UP-02 CN-6 F18 by "%s" alone replaces a dead socket within 3 s', (name) => {
    const world = openWorld();

    world.dispatch(EVENTS[name]);
    world.runFor(3_000);

    expect(world.causes).toMatchObject([{ kind: 'unresponsive' }]);
    expect(world.state).toMatchObject({ status: 'connecting', phase: 'trying' });
    expect(world.dials.map(({ atMs }) => world.nowMs - atMs)).toEqual([expect.any(Number), 1_500]);
  });

  test.each([...WAKES, 'offline' as const])('UP-02 UP-36 CN-6 by "%s" alone keeps a healthy socket', (name) => {
    const world = openWorld({ peer: healthyPeer(50) });

    world.dispatch(EVENTS[name]);
    world.runFor(3_000);

    expect(world.dials).toHaveLength(1);
    expect(world.pingsAtMs).toHaveLength(1);
  });

  test('UP-02 CN-6 by all signals together causes one probe', () => {
    const world = openWorld({ peer: healthyPeer(50) });

    for (const name of [...WAKES, ...WAKES]) world.dispatch(EVENTS[name]);
    world.runFor(25);
    for (const name of WAKES) world.dispatch(EVENTS[name]);

    expect(world.pingsAtMs).toHaveLength(1);
  });

  test.each(WAKES)('UP-02 CN-6 L4 by "%s" is no repeat of one that was answered', (name) => {
    const world = openWorld({ peer: healthyPeer(50) });
    world.dispatch(EVENTS.woken);
    world.runFor(60);
    world.peer = () => {};

    world.dispatch(EVENTS[name]);
    world.runFor(3_000);

    expect(world.causes).toMatchObject([{ kind: 'unresponsive' }]);
  });

  test('UP-02 is the same at the second and the third time', () => {
    const world = openWorld({ peer: healthyPeer(50) });

    const probes = [1, 2, 3].map(() => {
      const before = world.pingsAtMs.length;
      world.dispatch(EVENTS['page hidden']);
      world.sleep(600_000);
      world.dispatch(EVENTS['page visible']);
      const probed = world.pingsAtMs.length - before;
      world.runFor(1_500);
      return probed;
    });

    expect(probes).toEqual([1, 1, 1]);
    expect(world.dials).toHaveLength(1);
  });
});

describe('a wake while waiting', () => {
  test.each(['page visible', 'woken'] as const)('UP-02 UP-23 by "%s" dials within 0.2 s on a fresh ladder', (name) => {
    const world = waitingWorld();

    world.dispatch(EVENTS[name]);
    const dueInMs = (world.timers.get('retry') ?? 0) - world.nowMs;

    expect(dueInMs).toBeLessThanOrEqual(200);
    expect(world.state.record.retries).toBe(0);
  });

  test('UP-36 by "online" dials after 0.2 to 2 s and climbs on', () => {
    const delays = [0, 0.999_999].map((roll) => {
      const [next] = transition(waitingFor(30_000), EVENTS.online, contextOf({ roll }));
      return next.status === 'connecting' && next.phase === 'waiting' ? (next.retryAtMs ?? 0) - NOW_MS : null;
    });
    const world = waitingWorld();
    const { retries } = world.state.record;
    world.dispatch(EVENTS.online);

    expect(delays.map((delayMs) => Math.round(delayMs ?? -1))).toEqual([200, 2_000]);
    expect(world.state.record.retries).toBe(retries);
  });

  test('UP-36 by five "online" in a second dials once', () => {
    const world = waitingWorld();
    const before = world.dials.length;

    for (let turn = 0; turn < 5; turn += 1) {
      world.dispatch(EVENTS.online);
      world.runFor(200);
    }
    world.runFor(2_000);

    expect(world.dials.length - before).toBe(1);
  });

  test.each(WAKES)('UP-02 by "%s" never puts off a dial that is nearer', (name) => {
    const state = waitingFor(10, recordOf({ retries: 3 }));

    const [next, commands] = transition(state, EVENTS[name], contextOf({ roll: 0.9 }));

    expect(next).toMatchObject({ retryAtMs: NOW_MS + 10 });
    expect(commands).toEqual([]);
  });

  test('UP-36 F70 a device that says it is offline dials all the same', () => {
    const world = new ConnectionWorld({ peer: healthyPeer() });
    world.isOnline = false;

    world.connect();
    world.dispatch(EVENTS.offline);
    world.runFor(1_000);

    expect(world.state.status).toBe('open');
  });
});

describe('a wake in the middle of a dial', () => {
  test.each(WAKES)('UP-02 by "%s" abandons one that is past its deadline', (name) => {
    for (const phase of ['authorizing', 'dialing', 'joining'] as const) {
      const state = tryingAt(phase);

      const step = transition(state, EVENTS[name], contextOf({ nowMs: NOW_MS + 15_000 }));

      // The first retry is nearer than a network that needs its time.
      const next = name === 'online' ? 'waiting 15500 retry' : 'waiting 15100 wake';
      expect(outcomeOf(state, step)).toMatch(new RegExp(`^${next}, -attempt, drop #7 4000`));
    }
  });

  test.each(WAKES)('UP-02 by "%s" leaves one alone that is on time', (name) => {
    const state = tryingAt('dialing');

    const step = transition(state, EVENTS[name], contextOf({ nowMs: NOW_MS + 14_999 }));

    expect(outcomeOf(state, step)).toBe('noted');
  });

  /** The ladder has climbed far; the device says something, and then the dial fails. */
  function signalThenFail(names: readonly EventName[], failure: ConnectionEvent, terms: WorldTerms = {}) {
    const world = waitingWorld(terms);
    world.runToRetry();
    for (const name of names) world.dispatch(EVENTS[name]);
    world.runFor(1_000);
    world.dispatch('dialId' in failure ? { ...failure, dialId: world.dialId } : failure);
    return world;
  }

  const dueInMs = (world: ConnectionWorld) => (world.timers.get('retry') ?? 0) - world.nowMs;

  test.each([
    ['page visible', ['page visible'], { withinMs: 200, reason: 'wake', retries: 0 }],
    ['woken', ['woken'], { withinMs: 200, reason: 'wake', retries: 0 }],
    ['online', ['online'], { withinMs: 2_000, reason: 'online', retries: 7 }],
    ['woken, then online', ['woken', 'online'], { withinMs: 200, reason: 'wake', retries: 0 }],
  ] as const)(
    'UP-02 UP-36 L3 F18 by "%s" is remembered: if it fails, the next one is dialled soon',
    (_by, names, due) => {
      for (const failure of [EVENTS['token fails'], EVENTS['attempt timer'], EVENTS['socket closes']]) {
        const world = signalThenFail(names, failure);

        expect(dueInMs(world)).toBeLessThanOrEqual(due.withinMs);
        expect(world.state).toMatchObject({ phase: 'waiting', reason: due.reason, record: { retries: due.retries } });
      }
    },
  );

  test('UP-02 is remembered for the one dial: the next that fails waits as ever', () => {
    const world = signalThenFail(['online'], EVENTS['socket closes']);
    world.runToRetry();
    world.closeSocket(1006);

    expect(dueInMs(world)).toBeGreaterThan(20_000);
  });

  test.each([
    ['asks for a pause', socketClosed(1006, { verdict: { action: 'retry', retryAfterMs: 9_000 } }), 9_000],
    ['has too much to do', socketClosed(1013), 15_000],
    ['restarts', socketClosed(1012), 1_000],
  ])('CN-3 F45 dials no server sooner that %s', (_what, failure, floorMs) => {
    expect(dueInMs(signalThenFail(['woken'], failure))).toBeGreaterThan(floorMs);
  });

  test('UP-36 L3 takes a hint of no time for no pause', () => {
    const hint = socketClosed(1006, { verdict: { action: 'retry', retryAfterMs: 0 } });

    expect(dueInMs(signalThenFail(['woken'], hint))).toBeLessThanOrEqual(200);
  });

  test('UP-08 changes nothing about a token that is refused', () => {
    const world = signalThenFail(['woken'], socketClosed(4401));

    expect(world.state).toMatchObject({ phase: 'waiting', reason: 'auth-failed', record: { tokensRefused: 1 } });
  });

  test('UP-23 counts where it was the last attempt', () => {
    const world = signalThenFail(['online'], EVENTS['socket closes'], { policy: { attemptsMax: 6 } });

    expect(world.state).toMatchObject({ status: 'connecting', phase: 'waiting', reason: 'online' });
  });

  test('UP-36 I15 dials no more than twelve times a minute, however often it is said', () => {
    const world = waitingWorld();
    for (let turn = 0; turn < 600; turn += 1) {
      world.dispatch(EVENTS.online);
      world.runFor(100);
      if (world.attempt !== null) world.closeSocket(1006);
    }

    expect(mostWithin(automaticDials(world), 60_000)).toBe(12);
  });
});

describe('a page that is left', () => {
  test('UP-37 loses its socket without a retry, and dials once when it is shown again', () => {
    const world = openWorld({ peer: healthyPeer() });

    world.dispatch(EVENTS['page left']);
    world.closeSocket(1006);
    const armed = [...world.timers.keys()];
    world.sleep(60_000);
    world.dispatch(EVENTS['page visible']);
    world.dispatch(EVENTS.woken);
    world.runFor(1_000);

    expect(armed).toEqual([]);
    expect(world.dials.map(({ reason }) => reason)).toEqual(['first', 'wake']);
    expect(world.state).toMatchObject({ status: 'open', recovered: 'full' });
  });

  test.each(['page visible', 'page hidden'] as const)(
    'UP-37 F68 with a socket that is not yet known to be closed dials anew within 0.2 s of "%s"',
    (name) => {
      const world = openWorld({ peer: healthyPeer() });

      world.dispatch(EVENTS['page left']);
      world.sleep(60_000);
      world.dispatch(EVENTS[name]);
      const socketsKept = world.sockets.size;
      world.runFor(200);

      expect(socketsKept).toBe(0);
      expect(world.dials.map(({ reason }) => reason)).toEqual(['first', 'wake']);
      expect(world.causes).toMatchObject([{ kind: 'socket-closed', code: null }]);
    },
  );

  test('UP-37 F68 spends no attempts', () => {
    const world = openWorld({ policy: { attemptsMax: 0 }, peer: healthyPeer() });

    world.dispatch(EVENTS['page left']);
    world.closeSocket(1006);

    expect(world.state).toMatchObject({ status: 'connecting', phase: 'waiting', retryAtMs: null });
  });

  test('UP-37 while waiting puts its timer away, whatever else is said', () => {
    const world = waitingWorld();

    world.dispatch(EVENTS['page left']);
    for (const name of ['woken', 'online', 'offline'] as const) world.dispatch(EVENTS[name]);

    expect([...world.timers.keys()]).toEqual([]);
  });
});

describe('attempts that run out', () => {
  test('UP-23 give up after as many retries as are allowed', () => {
    const world = new ConnectionWorld({ policy: { attemptsMax: 3 } });

    world.connect();
    for (let turn = 0; turn < 4; turn += 1) {
      world.closeSocket(1006);
      world.runToRetry();
    }

    expect(world.dials).toHaveLength(4);
    expect(world.state).toMatchObject({ status: 'closed', reason: 'exhausted' });
  });

  test.each([
    ['connect', 0],
    ['reconnect', 0],
    ['send', 0],
    ['page visible', 200],
    ['woken', 200],
    ['online', 2_000],
  ] as const)('UP-23 are begun anew by "%s"', (name, withinMs) => {
    const world = exhaustedWorld();
    const before = world.dials.length;

    world.dispatch(EVENTS[name]);
    world.runFor(withinMs);

    expect(world.dials.length - before).toBe(1);
    expect(world.state.record).toMatchObject({ retries: 0, retriesSpent: 0 });
  });

  test('UP-23 are not spent while the page is hidden for 8 h, and the wake dials within a second', () => {
    const world = openWorld({ policy: { attemptsMax: 2 } });
    world.dispatch(EVENTS['page hidden']);
    world.closeSocket(1006);

    world.runFor(8 * 3_600_000);
    const { retriesSpent } = world.state.record;
    const before = world.dials.length;
    if (world.state.status === 'connecting' && world.state.phase === 'trying') world.closeSocket(1006);
    world.dispatch(EVENTS['page visible']);
    world.runFor(1_000);

    expect(retriesSpent).toBe(0);
    expect(world.dials.length - before).toBe(1);
  });
});

describe('a connection that is not wanted', () => {
  test.each<[string, () => ConnectionWorld]>([
    ['never connected', () => new ConnectionWorld()],
    ['closed while open', openWorld],
    ['closed while waiting', waitingWorld],
    ['closed after giving up', exhaustedWorld],
  ])('UP-24 F57 that was %s stays off for a day of wakes', (_what, make) => {
    const world = make();
    world.dispatch(EVENTS.close);
    world.runFor(POLICY.closeMs);
    const before = world.dials.length;

    for (let hour = 0; hour < 24; hour += 1) {
      for (const name of ['page hidden', 'page left', ...WAKES, 'offline', 'send'] as const)
        world.dispatch(EVENTS[name]);
      world.runFor(3_600_000);
    }

    expect(world.dials).toHaveLength(before);
    expect([world.timers.size, world.sockets.size]).toEqual([0, 0]);
    expect(world.state.status).toBe('closed');
  });

  test('F55 F57 that was closed during the token call ignores the token', () => {
    const world = new ConnectionWorld();
    world.connect();

    world.dispatch(EVENTS.close);
    world.dispatch({ type: 'token-arrived', dialId: 1 });

    expect(world.state).toMatchObject({ status: 'closed', reason: 'client' });
    expect([world.tokenCalls.size, world.sockets.size, world.timers.size]).toEqual([0, 0, 0]);
  });

  test('F57 F15 whose peer never answers the close is gone when its time is over', () => {
    const world = openWorld();

    world.dispatch(EVENTS.close);
    world.runFor(POLICY.closeMs);

    expect(world.state.status).toBe('closed');
    expect([world.sockets.size, world.timers.size]).toEqual([0, 0]);
  });
});
