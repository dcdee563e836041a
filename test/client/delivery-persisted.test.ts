/** Messages in a store: written before they are sent, gone once they are settled. */
import { describe, expect, test } from 'vitest';
import { createStoredWorld } from '../support/stored-world.js';
import { outcomeOf, sentTexts } from './chat-log.js';

const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);

describe('a message that is stored', () => {
  test('DS-2 DS-4 F75 is not sent before a slow store has committed it, and the page does not wait', async () => {
    const { client, server, store, open, clock } = createStoredWorld();
    await open();
    await clock.advance(100);
    store.delayMs = 5_000;

    const { persisted, status } = client.send('slow');
    const shownAtOnce = contents(client.snapshot.messages);
    await clock.advance(4_999);
    const before = { sent: sentTexts(server.connection), disk: store.disk.size, kept: await outcomeOf(persisted) };
    await clock.advance(1);

    expect([status, shownAtOnce]).toEqual(['queued', ['slow']]);
    expect(before).toEqual({ sent: [], disk: 0, kept: 'pending' });
    expect(await persisted).toEqual({ durable: true });
    expect(sentTexts(server.connection)).toEqual(['slow']);
    client.dispose();
  });

  test('DS-9 F75 keeps its place, however long the store takes for those before it', async () => {
    const { client, server, store, open, clock } = createStoredWorld();
    store.delayMs = 300;
    for (const text of ['one', 'two', 'three']) client.send(text);
    await open();
    client.send('four');
    await clock.advance(500);
    client.send('five');

    await clock.advance(10_000);

    expect(contents(server.log)).toEqual(['one', 'two', 'three', 'four', 'five']);
    expect(store.disk.size).toBe(0);
  });

  test('DS-4 is written as sent before its first byte, and only once if it goes out at once', async () => {
    const { client, server, store, open } = createStoredWorld({ server: { mode: 'manual' } });
    const early = client.send('offline');
    await open();
    const writtenOffline = [...store.disk.values()].map(({ transmittedAtMs }) => transmittedAtMs);
    const order: string[] = [];
    store.onStep = (step) => order.push(step);
    server.connection.onFrame((text) => {
      // What a client of this library sends is an envelope.
      const { type, messageId } = JSON.parse(text) as { type: string; messageId?: string };
      if (type === 'send_message') order.push(`sent ${messageId}`);
    });

    server.ready();
    await open();
    const late = client.send('online');
    await open();

    expect(writtenOffline).toEqual([null]);
    expect(order).toEqual([`put ${early.id} sent`, `sent ${early.id}`, `put ${late.id} sent`, `sent ${late.id}`]);
    client.dispose();
  });

  test('DS-3 leaves the store with its ack, its refusal, its cancelling or its end in time', async () => {
    const { client, server, store, open, clock } = createStoredWorld({ server: { mode: 'manual' } });
    const cancelled = client.send('cancelled');
    client.send('expired', { ttlMs: 1_000 });
    await open();
    cancelled.cancel();
    await clock.advance(1_001);
    const afterEnds = [...store.disk.values()].map(({ content }) => content);
    server.ready();
    server.nack('VALIDATION_ERROR');
    client.send('refused');
    client.send('acked');

    await clock.advance(100);
    server.ack();
    await clock.advance(100);

    expect(afterEnds).toEqual([]);
    expect(contents(server.log)).toEqual(['acked']);
    expect(store.disk.size).toBe(0);
    expect(store.steps.filter((step) => step.startsWith('remove'))).toHaveLength(4);
  });

  test('UP-21 is durable only where the store says so', async () => {
    const { client, store, open } = createStoredWorld({ isDurable: false });

    const { persisted, acked } = client.send('Hello');
    await open();

    expect(await persisted).toEqual({ durable: false });
    expect(await outcomeOf(acked)).toBe('resolved');
    expect(store.steps.some((step) => step.endsWith('sent'))).toBe(false);
  });

  test('DS-2 is told as not kept when it is over before the store has it', async () => {
    const { client, store, clock } = createStoredWorld();
    store.delayMs = 1_000;
    const { persisted, cancel } = client.send('never mind');

    cancel();
    const told = await persisted;
    await clock.advance(10_000);

    expect(told).toEqual({ durable: false });
    expect(store.disk.size).toBe(0);
  });

  test('an edit replaces its row, and goes out in the new words alone', async () => {
    const { client, server, store, open, clock } = createStoredWorld();
    store.delayMs = 100;
    const outgoing = client.send('Helo');
    await clock.advance(50);

    const isChanged = client.outbox.edit(outgoing.id, 'Hello');
    await clock.advance(10_000);
    const kept = [...store.disk.values()].map(({ content }) => content);
    await open();
    await clock.advance(1_000);

    expect(isChanged).toBe(true);
    expect(outgoing.content).toBe('Hello');
    expect(kept).toEqual(['Hello']);
    expect(contents(server.log)).toEqual(['Hello']);
    expect(contents(client.snapshot.messages)).toEqual(['Hello']);
  });

  test('DS-4 an edit waits for its own row, not for the one before it', async () => {
    const { client, server, store, open, clock } = createStoredWorld();
    await open();
    await clock.advance(100);
    store.delayMs = 100;
    const { id } = client.send('Helo');
    await clock.advance(50);
    client.outbox.edit(id, 'Hello');

    await clock.advance(60);
    const afterFirstRow = sentTexts(server.connection);
    await clock.advance(1_000);

    expect(afterFirstRow).toEqual([]);
    expect(contents(server.log)).toEqual(['Hello']);
  });

  test('F72 an edit that the store cannot take leaves no older words behind', async () => {
    const { client, store, clock } = createStoredWorld();
    const { id } = client.send('Helo');
    await clock.advance(0);
    store.faults.push(new Error('quota'));

    client.outbox.edit(id, 'Hello');
    await clock.advance(0);

    expect(store.disk.size).toBe(0);
    expect(contents(client.outbox.list())).toEqual(['Hello']);
  });
});
