import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { ChatSocketClient } from '../../src/index.js';
import type { SocketHandlers, Transport } from '../../src/ports/transport.js';
import { createTestClient, expectDials, settle, type TestWorld } from '../../src/testing/index.js';
import { codeOf, listen, outcomeOf, refusalOf, watchEvents, watchSteps } from './chat-log.js';

const SIGNALS = ['visible', 'hidden', 'page-shown', 'page-left', 'resumed', 'focused', 'online', 'offline'] as const;

/** A day in which the page says everything it can. */
async function liveOn({ clock, pageSignals }: TestWorld): Promise<void> {
  for (const signal of SIGNALS) {
    pageSignals.emit(signal);
    await clock.advance(60_000);
  }
  await clock.advance(24 * 3_600_000);
}

describe('a client that is not wanted on', () => {
  test('UP-24 does nothing after close(), whatever the page says and however long it lives', async () => {
    const world = createTestClient();
    await world.open();
    await world.client.close();
    const events = watchEvents(world.client);

    await liveOn(world);

    expectDials(world.transport, 1);
    expect(events).toEqual([]);
    await world.assertClean();
  });

  test('UP-24 does nothing before connect() either', async () => {
    const world = createTestClient();
    const events = watchEvents(world.client);

    await liveOn(world);

    expectDials(world.transport, 0);
    expect(events).toEqual([]);
    await world.assertClean();
  });

  test('UP-24 sends nothing of a message that is written after close()', async () => {
    const world = createTestClient();
    await world.open();
    await world.client.close();
    world.client.send('later');

    await liveOn(world);

    expectDials(world.transport, 1);
    expect(world.server.log).toEqual([]);
  });
});

describe('sockets', () => {
  test('UP-13 F22 are one at a time over fifty reconnects, and late words of old ones count for nothing', async () => {
    const { client, server, open, transport, clock } = createTestClient();
    const received = listen(client, 'message-received');
    await open();
    for (let round = 0; round < 50; round += 1) {
      const old = server.connection;
      old.delayClose(5_000);
      client.reconnect();
      if (old.state === 'open') old.sendRaw('{"type":"new_message"}');
      await clock.advance(1_000);
      expect(transport.liveCount).toBe(1);
    }
    await clock.advance(60_000);

    server.emit('once');
    await clock.advance(0);

    expectDials(transport, 51);
    expect(transport.connections.filter(({ state }) => state === 'open')).toHaveLength(1);
    expect(received.map(({ message }) => message.content)).toEqual(['once']);
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });

  test('F12 F15 an old end that is told a minute late ends nothing', async () => {
    const { client, server, open, transport, clock } = createTestClient();
    await open();
    const old = await transport.nextConnection();
    old.delayClose(60_000);
    client.reconnect();
    await clock.advance(0);
    const { connection } = client.snapshot;

    await clock.advance(20_000);

    expect(client.snapshot.connection).toBe(connection);
    expect(server.connection.number).toBe(2);
    client.dispose();
  });

  test('F56 connect() from two callers is one dial and one token', async () => {
    const { client, open, transport } = createTestClient();

    client.connect();
    client.connect();
    await open();
    client.connect();

    expectDials(transport, 1);
    expect(transport.tokens).toEqual(['token-1']);
    client.dispose();
  });

  test('F61 a thousand connects and closes in one tick leave nothing', async () => {
    const { client, clock, transport, pageSignals, assertClean } = createTestClient();
    const closes: Promise<void>[] = [];

    for (let round = 0; round < 1_000; round += 1) {
      client.connect();
      closes.push(client.close());
    }
    await Promise.all(closes);
    await clock.advance(0);

    expect(transport.liveCount).toBe(0);
    expect(pageSignals.listenerCount).toBe(0);
    await assertClean();
  });

  test('UP-39 a thousand sessions leave no timer, no listener on the page and no socket', async () => {
    const { client, clock, transport, pageSignals, open, assertClean } = createTestClient();

    for (let round = 0; round < 1_000; round += 1) {
      client.connect();
      for (let turn = 0; turn < 12; turn += 1) await undefined;
      client.send(`m${round}`);
      const closing = client.close();
      for (let turn = 0; turn < 12; turn += 1) await undefined;
      expect(await outcomeOf(closing)).toBe('resolved');
      client.outbox.clear();
    }

    expect(clock.pendingTimers()).toEqual([]);
    expect(pageSignals.listenerCount).toBe(0);
    expect(transport.connections.every(({ isLive, state }) => !isLive && state === 'closed')).toBe(true);
    await assertClean();
    await open();
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });
});

describe('a recorded session', () => {
  /** The session, step by step; each step may be the last. */
  const STEPS: readonly ((world: TestWorld) => unknown)[] = [
    ({ client }) => client.connect(),
    ({ client }) => client.send('early'),
    () => settle(),
    ({ server }) => server.emit('hello'),
    ({ client }) => client.setTyping(true),
    ({ server }) => server.setTyping(true),
    ({ client }) => client.markRead(),
    ({ clock }) => clock.advance(60),
    ({ client }) => client.conversation('second').send('beside'),
    ({ server }) => server.stream('an answer', { chunk: 2 }),
    ({ client }) => client.loadOlder().catch(() => {}),
    ({ server }) => server.warnTokenExpiring(1_000),
    () => undefined,
    ({ server }) => server.connection.blackhole(),
    ({ client }) => client.send('swallowed'),
    ({ clock }) => clock.advance(10_500),
    ({ clock }) => clock.advance(4_000),
    ({ clock }) => clock.advance(100),
    ({ clock }) => clock.advance(1_000),
    ({ server }) => server.expireToken(),
    () => undefined,
    ({ clock }) => clock.advance(2_000),
    ({ pageSignals }) => pageSignals.hide(),
    ({ pageSignals }) => pageSignals.show(),
    ({ client }) => client.reconnect(),
    ({ server }) => server.skipSeq(),
    ({ server }) => server.emit('after a hole'),
    () => settle(),
  ];

  test.each(STEPS.map((_, index) => index))(
    'F57 UP-24 leaves nothing when it is closed after step %d',
    async (last) => {
      const world = createTestClient();
      for (const step of STEPS.slice(0, last + 1)) await step(world);

      const closing = world.client.close();
      await settle();
      if (world.client.snapshot.connection.status === 'closing') await world.clock.advance(3_000);
      const dials = world.transport.connections.length;
      const events = watchEvents(world.client);
      await world.assertClean({ closing });
      await world.clock.advance(600_000);

      expectDials(world.transport, dials);
      expect(events).toEqual([]);
    },
  );
});

describe('whenOpen()', () => {
  test('resolves for everybody who waits, and at once when it is open', async () => {
    const { client, open } = createTestClient();
    const waits = [client.whenOpen(), client.whenOpen()];
    expect(await outcomeOf(waits[0] ?? Promise.reject())).toBe('pending');

    await open();

    expect(await Promise.all(waits.map(outcomeOf))).toEqual(['resolved', 'resolved']);
    expect(await outcomeOf(client.whenOpen())).toBe('resolved');
    client.dispose();
  });

  test('UP-39 leaves no listener on a signal, however it ends', async () => {
    const { client, server, open, clock } = createTestClient();
    const abort = new AbortController();
    const added = vi.spyOn(abort.signal, 'addEventListener');
    const removed = vi.spyOn(abort.signal, 'removeEventListener');
    const opened = client.whenOpen({ signal: abort.signal });
    await open();
    await opened;
    server.connection.dropAbruptly();
    await clock.advance(0);
    const closed = client.whenOpen({ signal: abort.signal }).then(() => 'open', codeOf);

    await client.close();

    expect(await closed).toBe('connection/closed');
    expect(added).toHaveBeenCalledTimes(2);
    expect(removed).toHaveBeenCalledTimes(2);
  });

  test('rejects when it is aborted, before or later', async () => {
    const { client } = createTestClient();
    const abort = new AbortController();
    const later = client.whenOpen({ signal: abort.signal });
    client.connect();

    abort.abort();

    const { client: other } = createTestClient();
    expect(await outcomeOf(other.whenOpen({ signal: abort.signal }))).toBe('connection/aborted');
    expect(await outcomeOf(later)).toBe('connection/aborted');
    client.dispose();
  });

  test.each<[string, (client: ChatSocketClient) => unknown, string]>([
    ['closed', (client) => client.close(), 'connection/closed'],
    ['disposed', (client) => client.dispose(), 'connection/closed'],
  ])('rejects when the client is %s, for those who wait and those who come after', async (_what, end, code) => {
    const { client } = createTestClient();
    client.connect();
    const waiting = client.whenOpen().then(() => 'open', codeOf);

    await end(client);

    expect(await waiting).toBe(code);
    expect(await outcomeOf(client.whenOpen())).toBe(code);
  });
});

/** A transport that opens at once and holds nothing of a client after its socket is abandoned. */
function forgetfulTransport(): Transport {
  return {
    name: 'forgetful',
    open: (_request, handlers) => {
      let held: SocketHandlers | null = handlers;
      void settle().then(() => held?.opened());
      return {
        bufferedBytes: 0,
        send: () => true,
        close: () => {},
        abandon: () => {
          held = null;
        },
      };
    },
  };
}

describe('dispose()', () => {
  test('UP-39 is the end at once: one event, no later word, and twice is harmless', async () => {
    const { client, open, server, clock, assertClean } = createTestClient();
    await open();
    const steps = watchSteps(client);
    const closed = listen(client, 'closed');
    const { acked } = client.send('unconfirmed');
    const page = client.conversation('other').loadOlder();
    const old = server.connection;

    client.dispose();
    client.dispose();
    if (old.state === 'open') old.sendRaw('{}');
    await clock.advance(600_000);

    expect(steps).toEqual(['closed/disposed']);
    expect(closed).toEqual([{ reason: 'disposed', cause: null }]);
    expect(client.snapshot.connection).toMatchObject({ status: 'closed', reason: 'disposed' });
    expect(await outcomeOf(acked)).toBe('delivery/closed');
    await assertClean({ acked, page });
    expect(refusalOf(() => client.connect())).toBe(
      'usage/disposed: Cannot use this client: it was disposed. Make a new one.',
    );
    expect(await outcomeOf(client.close())).toBe('resolved');
    expect(await outcomeOf(client.logout())).toBe('usage/disposed');
  });

  test('is what `using` and `await using` call', async () => {
    const first = createTestClient();
    const second = createTestClient();
    await first.open();
    await second.open();

    first.client[Symbol.dispose]();
    await second.client[Symbol.asyncDispose]();
    await second.client[Symbol.asyncDispose]();

    expect(first.client.snapshot.connection).toMatchObject({ reason: 'disposed' });
    expect(second.client.snapshot.connection).toMatchObject({ reason: 'disposed' });
    expect(second.transport.connections[0]?.end).toMatchObject({ code: 1000 });
    await first.assertClean();
    await second.assertClean();
  });

  test('UP-39 lets the client be collected, though clock, page and transport live on', async () => {
    setFlagsFromString('--expose-gc');
    // The global that the flag brings exists only in contexts made after it.
    const collectGarbage = runInNewContext('gc') as () => void;
    const { clock, pageSignals } = createTestClient();
    const transport = forgetfulTransport();
    const abort = new AbortController();
    const makeAndDispose = async () => {
      const client = new ChatSocketClient({
        url: 'ws://localhost/',
        conversationId: 'a',
        clock,
        pageSignals,
        transport,
      });
      client.connect();
      await settle();
      client.send('x', { signal: abort.signal });
      client.subscribe(() => client.snapshot);
      client.dispose();
      return new WeakRef(client);
    };
    const reference = await makeAndDispose();

    for (let round = 0; round < 10 && reference.deref() !== undefined; round += 1) {
      // A WeakRef holds its target until the end of the task in which it was made or read.
      await new Promise((resolve) => setImmediate(resolve));
      collectGarbage();
    }

    expect(reference.deref()).toBeUndefined();
    abort.abort();
  });
});
