/** Make before break, in a world where time, sockets and tokens are kept by hand. */

import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/testing/seeded-random.js';
import { EVENTS } from '../../support/connection-states.js';
import {
  automaticDials,
  ConnectionWorld,
  healthyPeer,
  mostWithin,
  type WorldTerms,
} from '../../support/connection-world.js';

function openWorld(terms: WorldTerms = {}): ConnectionWorld {
  const { peer = () => {} } = terms;
  const world = new ConnectionWorld({ ...terms, peer: healthyPeer(10) });
  world.connect();
  world.runFor(100);
  world.peer = peer;
  world.statuses.length = 0;
  return world;
}

describe('reconnect() from open', () => {
  test('UP-03 dials beside the connection in use, takes over, and ends the other', () => {
    const world = openWorld({ peer: healthyPeer(100) });

    world.dispatch(EVENTS.reconnect);
    world.runFor(250);
    const during = [...world.sockets.keys()];
    world.runFor(2_100);

    expect(world.dials.map(({ reason }) => reason)).toEqual(['first', 'manual']);
    expect(during).toEqual([1, 2]);
    expect([...world.sockets.keys()]).toEqual([2]);
    expect(world.statuses).toEqual([]);
    expect(world.broken).toEqual([]);
  });

  test('I7 called a hundred times dials once, and once more after that', () => {
    const world = openWorld({ peer: healthyPeer(100) });

    for (let call = 0; call < 100; call += 1) world.dispatch(EVENTS.reconnect);
    world.runFor(500);
    for (let call = 0; call < 100; call += 1) world.dispatch(EVENTS.reconnect);
    world.runFor(5_000);

    expect(world.dials.map(({ reason }) => reason)).toEqual(['first', 'manual', 'manual']);
    expect([...world.sockets.keys()]).toEqual([3]);
    expect(world.broken).toEqual([]);
  });

  test('is not counted against the limit of a minute; what repeats it is', () => {
    const world = openWorld();

    for (let call = 0; call < 30; call += 1) {
      world.dispatch(EVENTS.reconnect);
      world.succeed();
      world.succeed();
      world.succeed();
      world.runFor(2_000);
    }
    const uncounted = automaticDials(world).length;
    world.dispatch(EVENTS.reconnect);
    world.runFor(300_000);

    expect(uncounted).toBe(0);
    expect(mostWithin(automaticDials(world), 60_000)).toBeLessThanOrEqual(12);
    expect(world.broken).toEqual([]);
  });
});

describe('a successor that fails', () => {
  test.each(['authorizing', 'dialing', 'joining'])('CN-4 while %s leaves the connection in use as it is', (phase) => {
    const world = openWorld();

    world.dispatch(EVENTS.reconnect);
    while (world.attempt?.phase !== phase) world.succeed();
    if (phase !== 'authorizing') world.closeSocket(1006, {}, 2);
    else world.dispatch({ ...EVENTS['token fails'], dialId: 2 });

    expect(world.state).toMatchObject({ status: 'open', dialId: 1, handover: { phase: 'waiting' } });
    expect([...world.sockets.keys()]).toEqual([1]);
    expect(world.broken).toEqual([]);
  });

  test('CN-3 is tried again with growing pauses, for as long as the connection in use lives', () => {
    const world = openWorld({ random: () => 0.999 });
    world.peer = (command, there) => {
      if (command.type === 'send-ping') there.after(10, () => there.hear(true));
      if (command.type === 'fetch-token') there.after(10, () => failToken(there, command.dialId));
    };

    world.dispatch(EVENTS.reconnect);
    world.runFor(100_000);

    const pauses = world.dials.map(({ atMs }, index, all) =>
      Math.round((atMs - (all[index - 1]?.atMs ?? atMs)) / 1_000),
    );
    expect(pauses.slice(2)).toEqual([1, 2, 4, 8, 16, 30, 30]);
    expect(world.state.status).toBe('open');
    expect(world.statuses).toEqual([]);
    expect(world.broken).toEqual([]);
  });

  test('UP-08 with two fresh tokens refused is not tried again, and the connection in use stays', () => {
    const world = openWorld();

    world.dispatch(EVENTS.reconnect);
    for (const dialId of [2, 3]) {
      world.succeed();
      world.succeed();
      world.closeSocket(4401, {}, dialId);
      world.runFor(1);
    }
    world.runFor(5_000);

    expect(world.dials.map(({ reason }) => reason)).toEqual(['first', 'manual', 'auth-failed']);
    expect(world.state).toMatchObject({ status: 'open', dialId: 1, handover: { phase: 'none' } });
  });

  test('ends everything where the user has no session any more', () => {
    const world = openWorld();

    world.dispatch(EVENTS.reconnect);
    world.tokenCalls.clear();
    world.dispatch({ ...EVENTS['no token'], dialId: 2 });

    expect(world.state).toMatchObject({ status: 'closed', reason: 'stopped', cause: { kind: 'no-token' } });
    expect([...world.sockets.keys(), ...world.timers.keys()]).toEqual([]);
  });
});

describe('the connection in use ends during a handover', () => {
  test.each(['authorizing', 'dialing', 'joining'])('CN-8 and the successor that is %s is the next attempt', (phase) => {
    const world = openWorld();
    world.dispatch(EVENTS.reconnect);
    while (world.attempt?.phase !== phase) world.succeed();

    world.closeSocket(1012);
    const between = world.state;
    while (world.state.status !== 'open') world.succeed();

    expect(between).toMatchObject({ status: 'connecting', attempt: { dialId: 2, phase } });
    expect(world.dials).toHaveLength(2);
    expect(world.state).toMatchObject({ status: 'open', dialId: 2, handover: { phase: 'none' } });
    expect(world.broken).toEqual([]);
  });

  test('CN-2 and the successor keeps its own deadline', () => {
    const world = openWorld();
    world.dispatch(EVENTS.reconnect);
    world.runFor(4_000);

    world.closeSocket(1006);
    world.runFor(5_999);
    const before = world.state;
    world.runFor(1);

    expect(before).toMatchObject({ status: 'connecting', phase: 'trying' });
    expect(world.state).toMatchObject({ status: 'connecting', phase: 'waiting' });
  });
});

describe('the connection that was taken over from', () => {
  test('ends after two seconds, whether it has answered or not', () => {
    const world = openWorld();
    world.dispatch(EVENTS.reconnect);
    for (let step = 0; step < 3; step += 1) world.succeed();

    world.runFor(1_999);
    const before = [...world.sockets.keys()];
    world.runFor(1);

    expect(before).toEqual([1, 2]);
    expect([...world.sockets.keys()]).toEqual([2]);
  });

  test('ends at once when nothing is awaited from it', () => {
    const world = openWorld();
    world.dispatch(EVENTS.reconnect);
    for (let step = 0; step < 3; step += 1) world.succeed();

    world.dispatch({ type: 'drained', dialId: 1 });

    expect([...world.sockets.keys()]).toEqual([2]);
    expect(world.timers.has('close')).toBe(false);
  });

  test('I14 says nothing about the life of the one that took over', () => {
    const world = openWorld();
    world.dispatch(EVENTS.reconnect);
    for (let step = 0; step < 3; step += 1) world.succeed();
    world.runFor(1_500);
    world.dispatch(EVENTS.woken);

    world.dispatch({ type: 'life-seen', dialId: 1, isPong: true });

    expect(world.state).toMatchObject({ dialId: 2, pulse: { phase: 'awaiting', kind: 'probe' }, roundTripMs: null });
  });
});

describe('a slow probe', () => {
  test('UP-02 leads to a dial beside, which an answer ends', () => {
    const world = openWorld();
    world.runFor(5_000);

    world.dispatch(EVENTS.woken);
    world.runFor(1_500);
    const during = world.state;
    world.hear(true);

    expect(during).toMatchObject({ handover: { phase: 'trying', inDoubt: true } });
    expect(world.state).toMatchObject({ status: 'open', dialId: 1, handover: { phase: 'none' } });
    expect(world.tokenCalls.size).toBe(0);
    expect(world.broken).toEqual([]);
  });

  test('UP-02 is overtaken by a successor that proves first', () => {
    const world = openWorld({
      peer: (command, there) => {
        if (command.type !== 'send-ping') healthyPeer(100)(command, there);
      },
    });
    world.runFor(5_000);

    world.dispatch(EVENTS.woken);
    world.runFor(1_900);

    expect(world.state).toMatchObject({ status: 'open', dialId: 2 });
    expect(world.statuses).toEqual([]);
  });

  test('UP-02 whose successor was wanted by the user meanwhile does not end it', () => {
    const world = openWorld();
    world.runFor(5_000);
    world.dispatch(EVENTS.woken);
    world.runFor(1_500);

    world.dispatch(EVENTS.reconnect);
    world.hear(true);

    expect(world.state).toMatchObject({ status: 'open', dialId: 1, handover: { phase: 'trying', inDoubt: false } });
    expect(world.dials).toHaveLength(2);
  });

  test('UP-34 on a hidden page dials nothing', () => {
    const world = openWorld();
    world.runFor(5_000);
    world.dispatch(EVENTS['page hidden']);

    world.dispatch(EVENTS['probe wanted']);
    world.dispatch({ ...EVENTS['probe wanted'], dialId: 1 });
    world.runFor(1_500);

    expect(world.dials).toHaveLength(1);
  });
});

describe('an announced restart', () => {
  test.each([0, 500, 10_000])(
    'UP-11 CN-3 spreads 10,000 clients after a hint of %i ms',
    (retryAfterMs) => {
      const random = seededRandom(7);
      const dueMs = Array.from({ length: 10_000 }, () => {
        const world = openWorld({ random });
        world.dispatch({ ...EVENTS['pause hinted'], dialId: 1, retryAfterMs });
        return (world.timers.get('retry') ?? 0) - world.nowMs;
      });

      expect(Math.min(...dueMs)).toBeGreaterThanOrEqual(retryAfterMs);
      expect(
        mostWithin(
          dueMs.sort((a, b) => a - b),
          100,
        ),
      ).toBeLessThanOrEqual(250);
    },
    20_000,
  );

  test('UP-11 announced again and again puts nothing off', () => {
    const world = openWorld({ peer: healthyPeer(100) });
    world.dispatch({ ...EVENTS['pause hinted'], dialId: 1 });

    for (let turn = 0; turn < 110; turn += 1) {
      world.runFor(100);
      if (world.dials.length < 2) world.dispatch({ ...EVENTS['pause hinted'], dialId: world.dialId });
    }

    expect(world.dials).toHaveLength(2);
    expect(world.statuses).toEqual([]);
  });

  test('C14 by every server that is dialled costs at most 12 dials a minute', () => {
    const world = openWorld({
      peer: (command, there) => {
        healthyPeer(10)(command, there);
        if (command.type === 'dial') {
          there.after(30, () => there.dispatch({ ...EVENTS['pause hinted'], dialId: there.dialId, retryAfterMs: 1 }));
        }
      },
    });
    world.dispatch({ ...EVENTS['pause hinted'], dialId: 1, retryAfterMs: 1 });

    world.runFor(600_000);

    expect(automaticDials(world).length).toBeGreaterThan(50);
    expect(mostWithin(automaticDials(world), 60_000)).toBeLessThanOrEqual(12);
    expect(world.statuses).toEqual([]);
    expect(world.broken).toEqual([]);
  });
});

describe('a page that is left', () => {
  test('F22 UP-13 is not dialled for; the try is made when it is shown', () => {
    const world = openWorld({ peer: healthyPeer(10) });
    world.dispatch({ ...EVENTS['pause hinted'], dialId: 1, retryAfterMs: 1_000 });
    world.dispatch(EVENTS['page left']);

    world.runFor(10_000);
    const before = world.dials.length;
    world.dispatch(EVENTS['page visible']);
    world.runFor(100);

    expect(before).toBe(1);
    expect(world.dials).toHaveLength(2);
    expect(world.broken).toEqual([]);
  });
});

describe('one token at a time', () => {
  test('I13 CN-2 a renewal in band is ended by a handover, and none begins while its token is fetched', () => {
    const world = openWorld();
    world.dispatch({ ...EVENTS['token expiring'], dialId: 1 });

    world.dispatch(EVENTS.reconnect);
    world.dispatch({ ...EVENTS['token expiring'], dialId: 1 });

    expect(world.tokenCalls).toEqual(new Set([2]));
    expect(world.broken).toEqual([]);
  });
});

function failToken(world: ConnectionWorld, dialId: number): void {
  if (world.tokenCalls.delete(dialId)) world.dispatch({ ...EVENTS['token fails'], dialId });
}
