/** What one user leaves behind for the next one: nothing. */
import { describe, expect, test } from 'vitest';
import { createStoredWorld } from '../support/stored-world.js';
import { codeOf, outcomeOf, sentTexts } from './chat-log.js';

const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);

describe('logout()', () => {
  test('F77 UP-18 resolves once the store is erased and let go of', async () => {
    const { client, store, clock } = createStoredWorld();
    const { acked } = client.send('private');
    await clock.advance(0);
    store.delayMs = 1_000;

    const leaving = client.logout();
    await clock.advance(1_999);
    const before = await outcomeOf(leaving);
    await clock.advance(1);

    expect(before).toBe('pending');
    expect(await outcomeOf(leaving)).toBe('resolved');
    expect(await outcomeOf(acked)).toBe('delivery/cleared');
    expect(store.disk.size).toBe(0);
  });

  test('F76 leaves nothing of a message that is being written', async () => {
    const { client, server, store, open, clock } = createStoredWorld();
    await open();
    store.delayMs = 500;
    const { persisted, acked } = client.send('half written');

    const leaving = client.logout();
    await clock.advance(60_000);
    await leaving;

    expect(await persisted).toEqual({ durable: false });
    expect(await outcomeOf(acked)).toBe('delivery/cleared');
    expect(store.disk.size).toBe(0);
    expect(contents(server.log)).toEqual([]);
  });

  test('F76 leaves nothing of a message that waits for the store to open', async () => {
    const { client, store, clock } = createStoredWorld();
    store.delayMs = 500;
    client.send('waits');

    const leaving = client.logout();
    await clock.advance(60_000);
    await leaving;

    expect(store.disk.size).toBe(0);
    expect(client.outbox.list()).toEqual([]);
  });

  test('F77 erases what an earlier page left, though this one never connected', async () => {
    const world = createStoredWorld();
    world.client.send('left behind');
    await world.clock.advance(0);
    world.crash();
    const next = world.restart();

    await next.logout();

    expect(world.store.disk.size).toBe(0);
    expect(next.snapshot.messages).toEqual([]);
    expect(next.outbox.list()).toEqual([]);
  });

  test('F77 I22 erases what an earlier page left, though the store could not be opened at first', async () => {
    const world = createStoredWorld();
    world.client.send('left behind');
    await world.clock.advance(0);
    world.crash();
    world.store.openFault = new Error('blocked');
    const next = world.restart();
    next.connect();
    await world.clock.advance(0);
    world.store.openFault = null;

    await next.logout();

    expect(world.store.disk.size).toBe(0);
    expect(next.snapshot.messages).toEqual([]);
  });

  test('UP-18 lets nobody send over the old connection, not even a listener that hears of it', async () => {
    const { client, server, open, clock } = createStoredWorld({ server: { mode: 'manual' } });
    await open();
    server.ready();
    await clock.advance(0);
    client.send('of the old user');
    await clock.advance(0);
    const before = sentTexts(server.connection);
    client.once('message-failed', () => client.send('again'));

    await client.logout();
    await clock.advance(1_000);

    expect(before).toEqual(['of the old user']);
    expect(sentTexts(server.connection)).toEqual(before);
  });

  test('F76 rejects if the store could not be erased', async () => {
    const { client, store, clock } = createStoredWorld();
    client.send('stays');
    await clock.advance(0);
    store.faults.push(new Error('disk is gone'));

    const refused = await client.logout().then(
      () => 'resolved',
      (error: unknown) => codeOf(error),
    );

    expect(refused).toBe('storage/unavailable');
    expect(client.snapshot.connection).toMatchObject({ status: 'closed' });
  });

  test.each([
    ['that was open before', true],
    ['of which nobody has heard', false],
  ])('F76 I22 rejects if the store %s cannot be opened', async (_case, wasOpen) => {
    const { client, store, clock } = createStoredWorld();
    if (wasOpen) client.send('stays');
    await client.close();
    store.openFault = new Error('blocked');

    const leaving = client.logout();
    await clock.advance(0);

    expect(store.disk.size).toBe(wasOpen ? 1 : 0);
    expect(await outcomeOf(leaving)).toBe('storage/unavailable');
  });

  test('F76 I22 rejects if a store that has its rows fails to open later, though that was told', async () => {
    const { client, store, clock } = createStoredWorld();
    client.send('stays');
    await client.close();
    store.openFault = new Error('blocked');
    client.connect();
    await clock.advance(0);

    const leaving = client.logout();
    await clock.advance(0);

    expect(await outcomeOf(leaving)).toBe('storage/unavailable');
    client.dispose();
  });

  test('F76 resolves where a store never opened and that was told: there is nothing to erase', async () => {
    const { client, store, clock } = createStoredWorld();
    store.openFault = new Error('no such thing here');
    client.send('in memory');
    await clock.advance(0);
    await client.close();

    const leaving = client.logout();
    await clock.advance(0);

    expect(await outcomeOf(leaving)).toBe('resolved');
  });

  test('F76 MT-8 sends nothing of before, where the store that could not be erased gives it back', async () => {
    const { client, server, store, open, clock } = createStoredWorld();
    client.send('of before');
    await clock.advance(0);
    store.faults.push(new Error('disk is gone'));
    await client.logout().catch(() => undefined);
    const left = store.disk.size;

    await open();
    await client.send('of after').acked;
    await clock.advance(100);

    expect(left).toBe(1);
    expect(server.log.map(({ content }) => content)).toEqual(['of after']);
    expect(store.disk.size).toBe(0);
    client.dispose();
  });

  test('F87 of another tab clears this one too and ends its connection', async () => {
    const { client, store, open, clock } = createStoredWorld({ server: { mode: 'manual' } });
    await open();
    const { acked } = client.send('unsent');

    store.events.wiped();
    await clock.advance(5_000);

    expect(await outcomeOf(acked)).toBe('delivery/cleared');
    expect(client.snapshot.messages).toEqual([]);
    expect(client.snapshot.connection).toMatchObject({ status: 'closed', reason: 'client' });
  });
});

describe('the store', () => {
  test('F77 is asked for the rows of one user at one address, and never sees a query', async () => {
    const world = createStoredWorld();
    const urls = ['wss://chat.example.com/ws?token=canary', () => 'wss://chat.example.com/ws'];

    for (const url of urls) world.restart({ url }).send('Hello');
    world.restart({ identity: 'user-2' }).send('Hello');
    await world.clock.advance(0);

    expect(world.store.namespaces).toEqual([
      '["user-1","wss://chat.example.com/ws"]',
      '["user-1"]',
      '["user-2","ws://localhost/"]',
    ]);
  });

  test('DS-11 I8 keeps its rows through close(), which lets go of it', async () => {
    const { client, store, clock } = createStoredWorld();
    client.send('kept');
    await client.close();
    const afterClose = [...store.steps];

    client.dispose();
    await clock.advance(0);

    expect(afterClose).toEqual([expect.stringMatching(/^put /), 'close']);
    expect(store.steps).toEqual(afterClose);
    expect(store.disk.size).toBe(1);
  });

  test('UP-22 UP-39 leaves no promise behind, whatever it was doing when the client was disposed', async () => {
    const opening = createStoredWorld();
    opening.store.delayMs = 1_000;
    const first = opening.client.send('while it opens');

    opening.client.dispose();
    await opening.clock.advance(5_000);

    expect(await outcomeOf(first.persisted)).toBe('resolved');
    expect(await outcomeOf(first.acked)).toBe('delivery/closed');
    expect(opening.store.steps).toEqual([expect.stringMatching(/^put /), 'close']);
    await opening.assertClean();
  });
});
