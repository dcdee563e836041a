import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';
import { scriptedStore } from '../support/scripted-store.js';
import { listen, outcomeOf, sentTexts, watchEvents } from './chat-log.js';

const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);

describe('the outbox', () => {
  test('UP-28 lists what waits, in order, and takes back only what no connection has', async () => {
    const { client, server, open, clock } = createTestClient({
      client: { outbox: { inFlightMax: 1 } },
      server: { mode: 'manual' },
    });
    await open();
    server.ready();
    await clock.advance(0);
    const handed = client.send('handed over');
    const waiting = client.send('waiting');

    const listed = client.outbox.list();
    const results = [client.outbox.cancel(handed.id), client.outbox.cancel(waiting.id), client.outbox.cancel('nobody')];
    const again = [handed.cancel(), waiting.cancel()];

    expect(listed).toEqual([
      {
        id: handed.id,
        conversationId: 'conversation-1',
        content: 'handed over',
        status: 'sending',
        queuedAtMs: clock.nowMs(),
      },
      {
        id: waiting.id,
        conversationId: 'conversation-1',
        content: 'waiting',
        status: 'queued',
        queuedAtMs: clock.nowMs(),
      },
    ]);
    expect(results).toEqual([false, true, false]);
    expect(again).toEqual([false, false]);
    expect(await outcomeOf(waiting.acked)).toBe('delivery/cancelled');
    expect(contents(client.snapshot.messages)).toEqual(['handed over']);
    client.dispose();
  });

  test('is cleared with one rejection and one event for each, and no row or byte of them is left', async () => {
    const { client, server, open, clock } = createTestClient({
      client: { outbox: { bytesMax: 20 } },
      server: { mode: 'manual' },
    });
    await open();
    server.ready();
    await clock.advance(0);
    const failures = listen(client, 'message-failed');
    const sends = ['one', 'two', 'three'].map((text) => client.send(text));

    client.outbox.clear();

    expect(await Promise.all(sends.map(({ acked }) => outcomeOf(acked)))).toEqual([
      'delivery/cleared',
      'delivery/cleared',
      'delivery/cleared',
    ]);
    expect(failures.map(({ clientMessageId }) => clientMessageId)).toEqual(sends.map(({ id }) => id));
    expect(client.snapshot.messages).toEqual([]);
    expect(client.snapshot.outbox).toEqual({ queued: 0, inFlight: 0, failed: 0 });
    expect(client.send('x'.repeat(20)).status).toBe('queued');
    client.dispose();
  });

  test('UP-18 lets nothing more out while it is cleared', async () => {
    const { client, server, open, clock } = createTestClient({
      client: { outbox: { ratePerSecond: Infinity } },
      server: { mode: 'manual' },
    });
    await open();
    server.ready();
    await clock.advance(0);
    for (let count = 1; count <= 20; count += 1) client.send(`m${count}`);
    const before = sentTexts(server.connection);

    await client.logout();

    expect(before).toHaveLength(8);
    expect(sentTexts(server.connection)).toEqual(before);
    expect(client.snapshot.messages).toEqual([]);
    expect(client.outbox.list()).toEqual([]);
  });

  test('UP-18 holds nothing of a user who logged out when the next one connects', async () => {
    const { client, server, open, clock } = createTestClient();
    await open();
    await client.send('of the first user').acked;
    await client.close();
    const kept = client.send('written offline');

    await client.logout();
    const whileOut = client.snapshot;
    server.newEpoch();
    await open();
    await clock.advance(100);

    expect(whileOut.messages).toEqual([]);
    expect(await outcomeOf(kept.acked)).toBe('delivery/cleared');
    expect(contents(server.log)).toEqual([]);
    expect(client.snapshot.messages).toEqual([]);
  });
});

describe('close()', () => {
  test('DS-11 keeps the outbox and ends the promises, and the next connect sends it', async () => {
    const { client, server, open, clock, assertClean } = createTestClient();
    const { acked, id } = client.send('kept');
    const error = acked.catch((reason: unknown) => reason);

    await client.close();

    expect(await error).toMatchObject({
      code: 'delivery/closed',
      message:
        'The client was closed before the message was confirmed. What this client has in memory alone goes out if it connects again, else never. Use indexedDbOutboxStore, or a client that outlives the component.',
      retryable: false,
      fields: { retained: true, durable: false },
    });
    expect(client.outbox.list().map((item) => [item.id, item.status])).toEqual([[id, 'queued']]);
    await assertClean({ acked });
    await open();
    await clock.advance(100);
    expect(contents(server.log)).toEqual(['kept']);
    expect(client.snapshot.messages.map(({ delivery }) => delivery)).toEqual(['sent']);
  });

  test.each(['close', 'dispose'] as const)(
    'DS-11 %s() tells of messages that nothing but its memory has, and of no others',
    async (method) => {
      const { client, open, clock } = createTestClient();
      const errors = listen(client, 'error');
      await open();
      const arrived = client.send('arrived');
      await clock.advance(100);
      await client[method]();
      const ofNothing = errors.length;
      const other = createTestClient();
      const told = listen(other.client, 'error');
      const { acked } = other.client.send('in memory');

      await other.client[method]();

      await expect(arrived.acked).resolves.toBeDefined();
      expect(ofNothing).toBe(0);
      expect(told.map(({ error }) => [error.code, error.fields])).toEqual([['delivery/closed', { count: 1 }]]);
      expect(await acked.catch((error: unknown) => error)).toMatchObject({
        message: expect.stringMatching(/indexedDbOutboxStore, or a client that outlives the component\.$/),
        fields: { retained: method === 'close', durable: false },
      });
    },
  );

  test.each(['close', 'dispose'] as const)(
    'DS-11 %s() says nothing of loss where a store keeps the message',
    async (method) => {
      const { client, clock } = createTestClient({
        client: { identity: 'ada', outbox: { store: scriptedStore() } },
      });
      const errors = listen(client, 'error');
      const { acked } = client.send('kept');
      await clock.advance(100);

      await client[method]();

      expect(await acked.catch((error: unknown) => error)).toMatchObject({ fields: { retained: true, durable: true } });
      expect(errors).toEqual([]);
    },
  );

  test('DS-11 keeps what was in flight too, and shows it once after the next connect', async () => {
    const { client, server, open, clock } = createTestClient();
    await open();
    server.connection.blackhole('to-client');
    const outgoing = client.send('in flight');
    const closing = client.close();
    await clock.advance(3_000);
    await closing;
    const { status } = outgoing;

    await open();
    await clock.advance(100);

    expect(status).toBe('unconfirmed');
    expect(contents(server.log)).toEqual(['in flight']);
    expect(client.snapshot.messages.map(({ content, delivery }) => [content, delivery])).toEqual([
      ['in flight', 'sent'],
    ]);
  });

  test('waits for the acks with drainMs, and no longer than that', async () => {
    const { client, server, open, clock, assertClean } = createTestClient({ server: { mode: 'manual' } });
    await open();
    server.ready();
    await clock.advance(0);
    const first = client.send('acked in time');
    const draining = client.close({ drainMs: 5_000 });
    await clock.advance(4_000);
    const whileDraining = client.snapshot.connection.status;

    server.ack(first.id);
    await draining;

    expect(whileDraining).toBe('open');
    expect(await outcomeOf(first.acked)).toBe('resolved');
    expect(client.snapshot.connection.status).toBe('closed');
    await assertClean();
  });

  test('gives up waiting when drainMs is over', async () => {
    const { client, server, open, clock, assertClean } = createTestClient({ server: { mode: 'manual' } });
    await open();
    server.ready();
    const late = client.send('too late');
    const draining = client.close({ drainMs: 5_000 });

    await clock.advance(4_999);
    const before = await outcomeOf(draining);
    await clock.advance(1);

    expect(before).toBe('pending');
    expect(await outcomeOf(draining)).toBe('resolved');
    expect(await outcomeOf(late.acked)).toBe('delivery/closed');
    await assertClean();
  });

  test('UP-24 F58 ends a wait of an earlier close({ drainMs }), which never closes a later connection', async () => {
    const { client, server, open, clock, assertClean } = createTestClient({ server: { mode: 'manual' } });
    await open();
    server.ready();
    client.send('unanswered');
    const draining = client.close({ drainMs: 60_000 });

    await client.close();
    await assertClean({ draining });
    client.connect();
    await clock.advance(0);
    server.ready();
    await clock.advance(0);
    server.ack();
    await clock.advance(61_000);

    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });

  test.each(['connect', 'reconnect'] as const)(
    'UP-24 F58 does not close what a later %s() wants on, once its wait is over',
    async (call) => {
      const { client, open, server, clock } = createTestClient();
      await open();
      server.ignore('send_message', 100);
      client.send('never acked').acked.catch(() => {});
      const draining = client.close({ drainMs: 1_000 });

      client[call]();
      await clock.advance(2_000);

      await draining;
      expect(client.snapshot.connection.status).toBe('open');
      client.dispose();
    },
  );

  test('I8 a client that gives up ends the wait of close({ drainMs }), which closes it', async () => {
    const { client, server, open, assertClean } = createTestClient({ server: { mode: 'manual' } });
    await open();
    server.ready();
    client.send('unanswered').acked.catch(() => {});
    const draining = client.close({ drainMs: 60_000 });

    server.connection.close(4403);

    await assertClean({ draining });
    expect(client.snapshot.connection).toMatchObject({ status: 'closed', reason: 'client' });
  });

  test('UP-39 dispose() ends the wait of close({ drainMs }), which resolves', async () => {
    const { client, server, open, assertClean } = createTestClient({ server: { mode: 'manual' } });
    await open();
    server.ready();
    client.send('unanswered');
    const draining = client.close({ drainMs: 60_000 });

    client.dispose();

    expect(await outcomeOf(draining)).toBe('resolved');
    await assertClean();
  });

  test('F61 twice, and once more, is one end', async () => {
    const { client, open, assertClean } = createTestClient();
    await open();
    const events = watchEvents(client);

    await Promise.all([client.close(), client.close()]);
    await client.close();

    expect(events.filter(({ name }) => name === 'closed')).toHaveLength(1);
    await assertClean();
  });
});
