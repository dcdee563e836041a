/** A store that fails takes nothing down: messages go on in memory, and the application is told once. */
import { describe, expect, test } from 'vitest';
import type { ChatSocketClient } from '../../src/index.js';
import { createStoredWorld } from '../support/stored-world.js';
import { listen, outcomeOf, refusalOf } from './chat-log.js';

/** A server that would take a repeat for another message. */
const FORGETFUL = { hello: { deduplicates: false } };

const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);

describe('a store that fails', () => {
  test('UP-21 F73 to open leaves messages in memory, with one event', async () => {
    const { client, server, store, open, clock } = createStoredWorld();
    store.openFault = new Error('blocked');
    const errors = listen(client, 'error');
    const sends = ['one', 'two'].map((text) => client.send(text));

    await open();
    sends.push(client.send('three'));
    await clock.advance(1_000);

    expect(await Promise.all(sends.map(({ persisted }) => persisted))).toEqual(Array(3).fill({ durable: false }));
    expect(contents(server.log)).toEqual(['one', 'two', 'three']);
    expect(errors.map(({ error }) => [error.code, error.cause])).toEqual([['storage/unavailable', store.openFault]]);
    expect(store.steps).toEqual([]);
  });

  test('UP-21 F73 by throwing where it should answer does the same', async () => {
    const { client, server, store, open, clock } = createStoredWorld();
    const errors = listen(client, 'error');
    store.open = () => {
      throw new Error('no storage here');
    };
    client.send('one');

    await open();
    await clock.advance(100);

    expect(contents(server.log)).toEqual(['one']);
    expect(errors.map(({ error }) => error.code)).toEqual(['storage/unavailable']);
  });

  test('F72 to take one row sends that message from memory, leaves no half row, and keeps the others', async () => {
    const { client, server, store, open, clock } = createStoredWorld();
    const errors = listen(client, 'error');
    const fits = client.send('fits');
    await clock.advance(0);
    store.faults.push(new Error('quota'), new Error('quota'));
    const sends = [client.send('does not fit'), client.send('nor does this')];
    await clock.advance(0);
    const alsoFits = client.send('fits too');
    await clock.advance(0);
    const kept = [...store.disk.values()].map(({ content }) => content);

    await open();
    await clock.advance(1_000);

    expect(await Promise.all(sends.map(({ persisted }) => persisted))).toEqual(Array(2).fill({ durable: false }));
    expect(await Promise.all([fits.persisted, alsoFits.persisted])).toEqual(Array(2).fill({ durable: true }));
    expect(kept).toEqual(['fits', 'fits too']);
    expect(contents(server.log)).toEqual(['fits', 'does not fit', 'nor does this', 'fits too']);
    expect(errors.map(({ error }) => error.code)).toEqual(['storage/unavailable']);
    expect(store.disk.size).toBe(0);
  });

  test.each<[string, (client: ChatSocketClient) => unknown]>([
    ['writes', (client) => client.send('later')],
    ['removes', (client) => client.send('later').cancel()],
    ['is closed', (client) => client.close()],
  ])('I6 to let a row go is asked again when it %s: nobody sends a cancelled message', async (_case, next) => {
    const { client, store, clock } = createStoredWorld();
    const outgoing = client.send('taken back');
    await clock.advance(0);
    store.faults.push(new Error('disk failure'));
    outgoing.cancel();
    await clock.advance(0);
    const left = [...store.disk.keys()];

    next(client);
    await clock.advance(0);

    expect(left).toEqual([outgoing.id]);
    expect(store.disk.has(outgoing.id)).toBe(false);
    expect(store.steps.filter((step) => step === `remove ${outgoing.id}`)).toHaveLength(1);
  });

  test('UP-21 for good goes on in memory, and what waited for it goes out', async () => {
    const { client, server, store, open, clock } = createStoredWorld();
    const errors = listen(client, 'error');
    await open();
    store.delayMs = Infinity;
    const waiting = client.send('waits for the disk');

    store.delayMs = 0;
    store.events.failed(new Error('closed by the browser'));
    const after = client.send('after');
    await clock.advance(1_000);

    expect(await after.persisted).toEqual({ durable: false });
    expect(await waiting.persisted).toEqual({ durable: false });
    expect(contents(server.log)).toEqual(['waits for the disk', 'after']);
    expect(errors.map(({ error }) => error.code)).toEqual(['storage/unavailable']);
  });

  test('F74 to read rows sets them aside with one event and their number', async () => {
    const { client, server, store, open, clock } = createStoredWorld();
    const errors = listen(client, 'error');
    client.send('fine');
    await open();

    store.events.setAside(3);
    await clock.advance(100);

    expect(errors.map(({ error }) => [error.code, error.fields])).toEqual([['storage/row-set-aside', { count: 3 }]]);
    expect(contents(server.log)).toEqual(['fine']);
  });
});

describe('a store of somebody else', () => {
  const never = () => new Promise<never>(() => {});

  test.each([
    ['gives no rows', () => Promise.resolve(null)],
    ['gives rows without a member', () => Promise.resolve({})],
    ['never opens', never],
  ])('F71 UP-21 that %s leaves messages in memory, with one event', async (_case, openStore) => {
    const { client, server, store, open, clock } = createStoredWorld();
    const errors = listen(client, 'error');
    // What no type checker saw.
    store.open = openStore as unknown as typeof store.open;
    const sent = client.send('one');

    await open();
    await clock.advance(30_000);

    expect(await sent.persisted).toEqual({ durable: false });
    expect(contents(server.log)).toEqual(['one']);
    const leaving = client.logout();
    await clock.advance(0);
    expect(errors.map(({ error }) => error.code)).toEqual(['storage/unavailable']);
    expect(await outcomeOf(leaving)).toBe('resolved');
  });

  test.each([['put'], ['remove']] as const)('F75 whose %s never answers is given up once', async (member) => {
    const { client, server, store, open, clock } = createStoredWorld();
    const errors = listen(client, 'error');
    const { open: openStore } = store;
    store.open = async (request) => ({ ...(await openStore(request)), [member]: never });
    const sends = ['one', 'two'].map((text) => client.send(text));

    await open();
    await clock.advance(31_000);
    sends.push(client.send('three'));
    await clock.advance(1_000);

    expect(await Promise.all(sends.map(({ acked }) => outcomeOf(acked)))).toEqual(Array(3).fill('resolved'));
    expect(contents(server.log)).toEqual(['one', 'two', 'three']);
    expect(errors.map(({ error }) => error.code)).toEqual(['storage/unavailable']);
    const closing = client.close();
    await clock.advance(30_000);
    expect(await outcomeOf(closing)).toBe('resolved');
  });

  test('F75 that could not answer while the device slept has its time once more', async () => {
    const { client, store, clock } = createStoredWorld();
    const errors = listen(client, 'error');
    const { open: openStore } = store;
    let answer = () => {};
    const late = () => new Promise<void>((resolve) => (answer = resolve));
    store.open = async (request) => ({ ...(await openStore(request)), put: late });
    const first = client.send('one');
    await clock.sleep(60_000);
    answer();
    const outcome = await first.persisted;

    const second = client.send('two');
    await clock.sleep(60_000);
    const early = [errors.length, await outcomeOf(second.persisted)];
    await clock.sleep(60_000);

    expect(outcome).toEqual({ durable: true });
    expect(early).toEqual([0, 'pending']);
    expect(await second.persisted).toEqual({ durable: false });
    expect(errors.map(({ error }) => error.code)).toEqual(['storage/unavailable']);
  });

  test('F76 whose wipe never answers lets logout() say so', async () => {
    const { client, store, open, clock } = createStoredWorld();
    const { open: openStore } = store;
    store.open = async (request) => ({ ...(await openStore(request)), wipe: never });
    await open();

    const leaving = client.logout();
    const outcome = outcomeOf(leaving);
    await clock.advance(60_000);

    expect(await outcome).not.toBe('resolved');
    expect(await outcomeOf(leaving)).toBe('storage/unavailable');
  });

  test.each([[null], [true], [new Map()]])('UP-21 whose calls answer at once with %s has done them', async (answer) => {
    const { client, server, store, open, clock } = createStoredWorld();
    const errors = listen(client, 'error');
    const member = () => answer as unknown as undefined;
    store.open = async () => ({ put: member, remove: member, wipe: member, close: member });
    client.send('one');

    await open();
    await clock.advance(1_000);
    await client.logout();

    expect(contents(server.log)).toEqual(['one']);
    expect(errors).toEqual([]);
  });

  test('F76 that refuses what is being written at a logout is not in trouble', async () => {
    const { client, store, open, clock } = createStoredWorld();
    const errors = listen(client, 'error');
    await open();
    store.faults.push(new Error('the user logged out'));
    const { persisted } = client.send('going away');

    await client.logout();
    await clock.advance(1_000);

    expect(await persisted).toEqual({ durable: false });
    expect(errors).toEqual([]);
  });
});

describe('a row that another tab took over', () => {
  test('F85 UP-21 is not sent here, is not removed here, and is acked by its copy', async () => {
    const { client, server, store, open, clock } = createStoredWorld({ server: { mode: 'manual', ...FORGETFUL } });
    const outgoing = client.send('taken over');
    await open();

    store.events.lost([outgoing.id, 'nobody']);
    server.ready();
    await clock.advance(1_000);
    const { status } = outgoing;
    server.sendFrame({
      type: 'new_message',
      payload: {
        conversationId: 'conversation-1',
        epoch: 'epoch-1',
        seq: 1,
        message: {
          id: 'm-1',
          clientMessageId: outgoing.id,
          conversationId: 'conversation-1',
          senderId: 'user-1',
          senderName: 'user-1',
          content: 'taken over',
          timestamp: new Date(clock.nowMs()).toISOString(),
          read: false,
        },
      },
    });
    await clock.advance(100);

    expect(status).toBe('unconfirmed');
    expect(server.pending).toEqual([]);
    expect(await outcomeOf(outgoing.acked)).toBe('resolved');
    expect(store.steps.filter((step) => step.startsWith('remove'))).toEqual([]);
    client.dispose();
  });

  test('UP-21 goes out from here after all when that tab dies', async () => {
    const { client, server, store, open, clock } = createStoredWorld({ server: FORGETFUL });
    const outgoing = client.send('there and back');
    await clock.advance(0);
    const [row] = store.disk.values();
    store.events.lost([outgoing.id]);
    await open();
    await clock.advance(1_000);
    const whileAway = contents(server.log);

    if (row !== undefined) store.events.adopted([row]);
    await clock.advance(1_000);

    expect(whileAway).toEqual([]);
    expect(contents(server.log)).toEqual(['there and back']);
    expect(await outcomeOf(outgoing.acked)).toBe('resolved');
    expect(contents(client.snapshot.messages)).toEqual(['there and back']);
    expect(store.disk.size).toBe(0);
  });
});

test('DS-3 I1 a row of which a tab that slept hears first that it went, and then that it is back, is sent', async () => {
  const { client, store, clock, crash, restart, server } = createStoredWorld({ server: FORGETFUL });
  const { id } = client.send('passed around');
  await clock.advance(0);
  const rows = [...store.disk.values()];
  crash();
  store.disk.clear();
  const heir = restart();
  heir.connect();
  await clock.advance(1_000);

  store.events.lost([id]);
  for (const row of rows) store.disk.set(id, row);
  store.events.adopted(rows);
  await clock.advance(1_000);

  expect(contents(server.log)).toEqual(['passed around']);
  expect(store.disk.size).toBe(0);
  heir.dispose();
});

test.each([
  ['is shown', 1],
  ['was evicted', 3],
])(
  'I6 MT-6 a row that comes back after its message was acked ends there, where the message %s',
  async (_case, texts) => {
    const { store, clock, restart, server } = createStoredWorld({ server: FORGETFUL });
    const client = restart({ inbox: { historyMax: 1 } });
    const outgoing = client.send('text 1');
    await clock.advance(0);
    const [row] = store.disk.values();
    client.connect();
    for (let count = 2; count <= texts; count += 1) client.send(`text ${count}`);
    await clock.advance(1_000);
    const acks = listen(client, 'message-acked');
    const before = contents(client.snapshot.messages);

    if (row !== undefined) store.events.adopted([{ ...row, transmittedAtMs: clock.nowMs() }]);
    await clock.advance(1_000);

    expect(outgoing.status).toBe('sent');
    expect(acks.map(({ receipt }) => receipt)).toEqual([
      { clientMessageId: outgoing.id, id: server.log[0]?.id, seq: 1, duplicate: true },
    ]);
    expect(contents(client.snapshot.messages)).toEqual(before);
    expect(client.outbox.list()).toEqual([]);
    expect(contents(server.log)).toHaveLength(texts);
    expect(store.disk.size).toBe(0);
    client.dispose();
  },
);

test('C12 a store that outlives the page must know whose it is', () => {
  const world = createStoredWorld();

  const refusal = refusalOf(() => world.restart({ identity: undefined as never }));

  expect(refusal).toBe(
    'usage/invalid-option: Cannot use the option identity: expected the name of the user whose messages outbox.store keeps.',
  );
});
