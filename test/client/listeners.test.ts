import { describe, expect, test } from 'vitest';
import type { ChatSocketClient } from '../../src/index.js';
import { createTestClient, type TestWorld } from '../../src/testing/index.js';
import { EVENT_NAMES, type EventName, listen, watchEvents, watchSteps } from './chat-log.js';
import { takeTour } from './tour.js';

const CALLS: Readonly<Record<string, (client: ChatSocketClient) => unknown>> = {
  connect: (client) => client.connect(),
  reconnect: (client) => client.reconnect(),
  close: (client) => client.close(),
  'close({ drainMs })': (client) => client.close({ drainMs: 200 }),
  logout: (client) => client.logout(),
  dispose: (client) => client.dispose(),
  send: (client) => client.send('from a listener'),
  'send elsewhere': (client) => client.conversation('elsewhere').send('from a listener'),
  leave: (client) => client.conversation('conversation-1').leave(),
  setTyping: (client) => client.setTyping(true),
  markRead: (client) => client.markRead(),
  loadOlder: (client) => client.loadOlder(),
  stopStream: (client) => client.stopStream(),
  whenOpen: (client) => client.whenOpen(),
  'outbox.cancel': (client) => client.outbox.list().map(({ id }) => client.outbox.cancel(id)),
  'outbox.retry': (client) => client.outbox.list().map(({ id }) => client.outbox.retry(id)),
  'outbox.clear': (client) => client.outbox.clear(),
  'on, once and off': (client) => {
    const listener = () => client.metrics();
    client.on('error', listener);
    client.once('opened', listener)();
    client.off('error', listener);
    client.subscribe(listener)();
  },
  'reading everything': (client) => [client.snapshot, client.explain(), client.metrics(), client.outbox.list()],
  'close and connect': (client) => {
    const closing = client.close();
    // Of a disposed client both fail, and only one of them can be told to the caller.
    closing.catch(() => {});
    client.connect();
  },
};

/** Which step may follow which, as the page about the connection draws it. */
const LEGAL_STEPS: Readonly<Record<string, readonly string[]>> = {
  closed: ['authorizing', 'waiting', 'closed'],
  waiting: ['waiting', 'authorizing', 'closed'],
  authorizing: ['dialing', 'waiting', 'authorizing', 'closed'],
  dialing: ['joining', 'waiting', 'closing', 'closed'],
  joining: ['open', 'waiting', 'closing', 'closed'],
  open: ['waiting', 'authorizing', 'closing', 'closed'],
  closing: ['authorizing', 'closed'],
};

function illegalSteps(steps: readonly string[]): string[] {
  const places = ['closed', ...steps.map((step) => step.replace(/\/.*/, ''))];
  return places.slice(1).flatMap((place, index) => {
    const before = places[index] ?? '';
    return LEGAL_STEPS[before]?.includes(place) ? [] : [`${before} → ${place}`];
  });
}

/** Calls without waiting; what the call rejects or throws is its caller's business. */
function callInto(client: ChatSocketClient, call: (client: ChatSocketClient) => unknown): void {
  try {
    Promise.resolve(call(client)).catch(() => {});
  } catch {}
}

/** The sockets at once; the second one of a handover is not counted. */
function mostLive({ client, transport }: TestWorld): () => number {
  let most = 0;
  transport.onConnection(() => {
    const { connection } = client.snapshot;
    const isHandover = connection.status === 'open' && connection.handover;
    most = Math.max(most, transport.liveCount - (isHandover ? 1 : 0));
  });
  return () => most;
}

test('every event happens on the tour', async () => {
  const names = new Set<EventName>();
  await takeTour(({ client }) => {
    for (const name of EVENT_NAMES) client.on(name, () => names.add(name));
  });

  expect(EVENT_NAMES.filter((name) => !names.has(name))).toEqual([]);
});

describe('a listener may call anything', () => {
  test.each(EVENT_NAMES)('UP-33 F58 F59 CN-1 from within %s', async (name) => {
    for (const [what, call] of Object.entries(CALLS)) {
      let calls = 0;
      let steps: string[] = [];
      let readMost = () => 0;
      const world = await takeTour((made) => {
        readMost = mostLive(made);
        steps = watchSteps(made.client);
        made.client.on(name, () => {
          calls += 1;
          if (calls <= 3) callInto(made.client, call);
        });
      });
      world.client.dispose();

      expect(calls, `${what} within ${name}`).toBeGreaterThan(0);
      expect(illegalSteps(steps), `${what} within ${name}`).toEqual([]);
      expect(readMost(), `${what} within ${name}`).toBeLessThanOrEqual(1);
      await world.assertClean();
    }
  });

  test.each(EVENT_NAMES)('F58 UP-24 close() from within %s is the end: no dial, no timer, one event', async (name) => {
    let dials = -1;
    let closed: unknown[] = [];
    const world = await takeTour(({ client, transport }) => {
      closed = listen(client, 'closed');
      client.once(name, () => {
        void client.close();
        dials = transport.connections.length;
      });
    });

    expect(world.transport.connections).toHaveLength(dials);
    expect(closed).toEqual([{ reason: 'client', cause: null }]);
    await world.assertClean();
  });

  test('UP-33 a subscriber may call anything too', async () => {
    for (const [what, call] of Object.entries(CALLS)) {
      let calls = 0;
      let steps: string[] = [];
      const world = await takeTour(({ client }) => {
        steps = watchSteps(client);
        client.subscribe(() => {
          calls += 1;
          if (calls <= 3) callInto(client, call);
        });
      });
      world.client.dispose();

      expect(illegalSteps(steps), what).toEqual([]);
      await world.assertClean();
    }
  });
});

describe('a listener that fails', () => {
  test.each(EVENT_NAMES.filter((name) => name !== 'error'))(
    'F60 UP-32 in %s changes nothing for others, and is told once',
    async (name) => {
      for (const isAsync of [false, true]) {
        let failures = 0;
        let others = 0;
        let errors: { readonly error: { readonly code: string; readonly cause?: unknown } }[] = [];
        const fail = () => {
          failures += 1;
          const error = new Error('of the application');
          if (isAsync) return Promise.reject(error);
          throw error;
        };
        const world = await takeTour(({ client }) => {
          errors = listen(client, 'error');
          client.on(name, fail);
          client.on(name, () => {
            others += 1;
          });
        });

        const told = errors.filter(({ error }) => error.code === 'usage/listener-threw');
        expect(others).toBe(failures);
        expect(told.map(({ error }) => error.cause)).toEqual(
          Array.from({ length: failures }, () => new Error('of the application')),
        );
        await world.assertClean();
      }
    },
  );

  test('F60 in error is not told as an error, but to the logger', async () => {
    const lines: string[] = [];
    let calls = 0;
    const { client, open, server, clock } = createTestClient({
      client: { logger: (level, message) => lines.push(`${level} ${message}`) },
    });
    client.on('error', () => {
      calls += 1;
      throw new Error('again');
    });
    await open();

    server.sendFrame({ type: 'error', payload: { code: 'UNKNOWN_TYPE', message: 'what?' } });
    await clock.advance(100);

    expect(calls).toBe(1);
    expect(lines).toContain('error A listener of error threw; the others were called all the same. See cause.');
    client.dispose();
  });

  test('F60 of subscribe() is told of as an error at once, thrown or rejected', async () => {
    const { client, open, clock } = createTestClient();
    const errors = listen(client, 'error');
    let told = 0;
    client.subscribe(() => {
      throw new Error('thrown');
    });
    client.subscribe(() => Promise.reject(new Error('rejected')));
    client.subscribe(() => {
      told += 1;
    });

    client.send('x');
    await clock.advance(0);

    expect(told).toBe(1);
    expect(errors.map(({ error }) => [error.code, String(error.cause)])).toEqual([
      ['usage/listener-threw', 'Error: thrown'],
      ['usage/listener-threw', 'Error: rejected'],
    ]);
    await open();
    client.dispose();
  });

  test('F60 a logger that throws or rejects stops nothing', async () => {
    for (const fail of [
      () => Promise.reject(new Error('full')),
      () => {
        throw new Error('full');
      },
    ]) {
      const { client, open, server, clock, assertClean } = createTestClient({ client: { logger: fail } });
      await open();
      await client.send('x').acked;
      server.connection.dropAbruptly();

      await clock.advance(2_000);

      expect(client.snapshot.connection.status).toBe('open');
      await client.close();
      await assertClean();
    }
  });
});

describe('registrations', () => {
  test('are called once each, removed each by its own, and all by off', async () => {
    const { client, open } = createTestClient();
    const calls: string[] = [];
    const listener = () => calls.push('twice');
    const removeFirst = client.on('opened', listener);
    client.on('opened', listener);
    client.once('opened', () => calls.push('once'));
    await open();
    await client.close();
    removeFirst();
    removeFirst();
    await open();
    await client.close();
    client.off('opened', listener);

    await open();

    expect(calls).toEqual(['twice', 'twice', 'once', 'twice']);
    client.dispose();
  });

  test('that are removed by an earlier listener of the same event are not called any more', () => {
    const { client } = createTestClient();
    const calls: string[] = [];
    const removals: (() => void)[] = [];
    client.on('status-changed', () => {
      for (const remove of removals) remove();
      calls.push('first');
    });
    removals.push(client.on('status-changed', () => calls.push('second')));
    client.subscribe(() => {
      for (const remove of removals) remove();
      calls.push('subscriber');
    });
    removals.push(client.subscribe(() => calls.push('late subscriber')));

    client.connect();

    expect(calls).not.toContain('second');
    expect(calls).not.toContain('late subscriber');
    client.dispose();
  });

  test('of a conversation hear of it alone, and of what belongs to none', async () => {
    const { client, open, clock } = createTestClient();
    const here = client.conversation('here');
    const acks: string[] = [];
    const opened: unknown[] = [];
    here.on('message-acked', ({ conversationId }) => acks.push(conversationId));
    here.on('opened', (payload) => opened.push(payload));
    here.send('one');
    client.conversation('there').send('two');

    await open();
    await clock.advance(2_000);

    expect(acks).toEqual(['here']);
    expect(opened).toEqual([{ recovered: 'first' }]);
    client.dispose();
  });

  test('UP-33 are never called within one another: what a listener causes is told after it has returned', async () => {
    const { client, open, clock } = createTestClient();
    let depth = 0;
    let deepest = 0;
    for (const name of EVENT_NAMES) {
      client.on(name, () => {
        depth += 1;
        deepest = Math.max(deepest, depth);
        if (name === 'message-acked') void client.close();
        depth -= 1;
      });
    }
    client.send('x');

    await open();
    await clock.advance(100);

    expect(client.snapshot.connection.status).toBe('closed');
    expect(deepest).toBe(1);
  });

  test('tell in the order in which things happened, each after the state has changed', async () => {
    const { client, open, clock } = createTestClient();
    const events = watchEvents(client);
    const statuses: string[] = [];
    client.on('opened', () => statuses.push(client.snapshot.connection.status));
    client.on('closed', () => statuses.push(client.snapshot.connection.status));

    client.send('x');
    await open();
    await clock.advance(100);
    await client.close();

    expect(events.map(({ name }) => name)).toEqual([
      'status-changed',
      'status-changed',
      'status-changed',
      'status-changed',
      'opened',
      'message-acked',
      'status-changed',
      'status-changed',
      'closed',
    ]);
    expect(statuses).toEqual(['open', 'closed']);
  });
});
