/** A client that is closed leaves its store to others, and finds out what became of its messages when it comes back. */
import { describe, expect, test } from 'vitest';
import { createStoredWorld } from '../support/stored-world.js';
import { listen, outcomeOf } from './chat-log.js';

/** A server that would take a repeat for another message. */
const FORGETFUL = { hello: { deduplicates: false } };

const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);

describe('close()', () => {
  test('DS-11 I8 lets the store commit what it was asked for, and then lets go of it', async () => {
    const world = createStoredWorld();
    const { client, store, open, clock } = world;
    await open();
    store.delayMs = 1_000;
    const { persisted } = client.send('written in time');

    const closing = client.close();
    await clock.advance(1_999);
    const before = await outcomeOf(closing);
    await clock.advance(1);

    expect(before).toBe('pending');
    expect(await outcomeOf(closing)).toBe('resolved');
    expect(await persisted).toEqual({ durable: true });
    expect(store.steps.at(-1)).toBe('close');
    expect(store.disk.size).toBe(1);
    await world.assertClean();
  });

  test('DS-11 keeps the messages, and the next connect() sends each once', async () => {
    const { client, server, store, open, clock } = createStoredWorld();
    for (const text of ['one', 'two']) client.send(text);
    await clock.advance(0);
    await client.close();

    await open();
    client.send('three');
    await clock.advance(1_000);

    expect(contents(server.log)).toEqual(['one', 'two', 'three']);
    expect(contents(client.snapshot.messages)).toEqual(['one', 'two', 'three']);
    expect(client.outbox.list()).toEqual([]);
    expect(store.namespaces).toHaveLength(2);
    expect(store.disk.size).toBe(0);
    client.dispose();
  });

  test('DS-4 sends nothing before the store that is opened again has said whose it is', async () => {
    const { client, server, store, open, clock } = createStoredWorld();
    client.send('whose?');
    await clock.advance(0);
    await client.close();
    store.delayMs = 5_000;

    await open();
    await clock.advance(4_000);
    const tooEarly = contents(server.log);
    await clock.advance(60_000);

    expect(tooEarly).toEqual([]);
    expect(contents(server.log)).toEqual(['whose?']);
  });

  test('DS-11 an offline send() opens the store again, and another client takes over what both closed with', async () => {
    const world = createStoredWorld();
    const { client, store, server, clock } = world;
    client.send('before');
    await client.close();
    const { persisted } = client.send('after');
    await clock.advance(0);
    await client.close();

    const next = world.restart();
    next.connect();
    await clock.advance(1_000);

    expect(await persisted).toEqual({ durable: true });
    expect(contents(server.log)).toEqual(['before', 'after']);
    expect(store.disk.size).toBe(0);
    next.dispose();
  });

  test('DS-11 MT-6 a message that another took over meanwhile is found, not sent twice', async () => {
    const world = createStoredWorld();
    const { client, server, clock, open } = world;
    const { acked } = client.send('taken');
    await clock.advance(0);
    await client.close();
    const other = world.restart();
    other.connect();
    await clock.advance(1_000);
    await other.close();

    await open();
    await clock.advance(1_000);

    expect(contents(server.log)).toEqual(['taken']);
    expect(contents(client.snapshot.messages)).toEqual(['taken']);
    expect(client.snapshot.messages[0]?.delivery).toBe('sent');
    expect(client.outbox.list()).toEqual([]);
    expect(await outcomeOf(acked)).toBe('delivery/closed');
  });

  test('DS-11 what was written while a slow store opened is kept, though the client closes and connects meanwhile', async () => {
    const { client, server, store, open, clock } = createStoredWorld({ server: FORGETFUL });
    store.delayMs = 5_000;
    client.send('early');
    await clock.advance(1_000);
    void client.close();
    await clock.advance(1_000);

    await open();
    await clock.advance(60_000);

    expect(contents(server.log)).toEqual(['early']);
    expect(client.outbox.list()).toEqual([]);
    client.dispose();
  });

  test('MT-6 one that another took over and nobody finds is left to the user where repeats are not known', async () => {
    const { client, server, store, open, clock } = createStoredWorld({ server: FORGETFUL });
    const { id } = client.send('taken');
    await clock.advance(0);
    await client.close();
    store.disk.clear();

    await open();
    await clock.advance(10_000);
    const left = client.outbox.list().map(({ status }) => status);
    const isRetried = client.outbox.retry(id);
    await clock.advance(1_000);

    expect([left, isRetried]).toEqual([['unconfirmed'], true]);
    expect(contents(server.log)).toEqual(['taken']);
    expect(store.steps.filter((step) => step.startsWith('remove'))).toEqual([]);
  });

  test('MT-6 one that another took over and nobody finds is sent again where repeats are known', async () => {
    const { client, server, store, open, clock } = createStoredWorld();
    client.send('taken');
    await clock.advance(0);
    await client.close();
    store.disk.clear();

    await open();
    await clock.advance(1_000);

    expect(contents(server.log)).toEqual(['taken']);
    expect(client.outbox.list()).toEqual([]);
  });

  test('DS-11 a row that comes back as sent by another is not sent where repeats are not known', async () => {
    const { client, server, store, open, clock } = createStoredWorld({ server: FORGETFUL });
    const { id } = client.send('tried elsewhere');
    await clock.advance(0);
    await client.close();
    const row = store.disk.get(id);
    if (row !== undefined) store.disk.set(id, { ...row, transmittedAtMs: clock.nowMs() });

    await open();
    await clock.advance(1_000);

    expect(contents(server.log)).toEqual([]);
    expect(client.outbox.list().map(({ status }) => status)).toEqual(['unconfirmed']);
  });

  test('DS-3 leaves nothing to cancel or to edit before the store has said whose it is', async () => {
    const { client, server, store, open, clock } = createStoredWorld();
    const { id, cancel } = client.send('Helo');
    await clock.advance(0);
    await client.close();

    const whileClosed = [cancel(), client.outbox.edit(id, 'Hello')];
    client.send('this opens the store');
    await clock.advance(0);
    const whileOpen = [client.outbox.edit(id, 'Hello'), cancel()];
    await open();
    await clock.advance(1_000);

    expect(whileClosed).toEqual([false, false]);
    expect(whileOpen).toEqual([true, true]);
    expect(contents(server.log)).toEqual(['this opens the store']);
    expect(store.disk.size).toBe(0);
  });

  test('DS-3 F78 drop-oldest lets none go that another tab may have sent while the client was closed', async () => {
    const world = createStoredWorld({ outbox: { messagesMax: 2, overflow: 'drop-oldest' } });
    const { client, server, clock } = world;
    client.send('taken');
    client.send('taken too');
    await clock.advance(0);
    await client.close();
    const failed = listen(client, 'message-failed');
    const other = world.restart();
    other.connect();
    await clock.advance(1_000);

    const send = () => client.send('no room for this');

    expect(send).toThrow(expect.objectContaining({ code: 'delivery/outbox-full' }));
    expect(failed).toEqual([]);
    expect(contents(server.log)).toEqual(['taken', 'taken too']);
  });

  test('UP-21 a store that does not open again loses nothing, and is told of anew', async () => {
    const { client, server, store, open, clock } = createStoredWorld();
    const errors = listen(client, 'error');
    client.send('kept');
    await clock.advance(0);
    await client.close();
    store.openFault = new Error('blocked');

    await open();
    await clock.advance(1_000);

    expect(contents(server.log)).toEqual(['kept']);
    expect(errors.map(({ error }) => error.code)).toEqual(['storage/unavailable']);
  });
});

describe('rows that are handed over', () => {
  test('MT-5 twice, or while they are here, are taken once', async () => {
    const { client, server, store, open, clock } = createStoredWorld();
    const { id } = client.send('once');
    await clock.advance(0);
    const row = store.disk.get(id);
    if (row === undefined) throw new Error('The row is not on the disk.');
    const other = { ...row, id: 'another-tab-1', content: 'twice' };

    store.events.adopted([other, row, other]);
    store.events.adopted([other]);
    const waiting = client.snapshot.outbox.queued;
    await open();
    await clock.advance(1_000);

    expect(waiting).toBe(2);
    expect(contents(server.log).sort()).toEqual(['once', 'twice']);
    expect(client.outbox.list()).toEqual([]);
  });
});
