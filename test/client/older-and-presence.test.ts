import { defineProtocol, envelopeProtocol } from 'chatsocket/protocols';
import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';
import { listen, outcomeOf, refusalOf, sentFrames } from './chat-log.js';

const RETRY_MS = 6_000;
const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);

/** A client with room for two messages, of a conversation of six. */
async function openLong(more: Parameters<typeof createTestClient>[0] = {}) {
  const world = createTestClient({ ...more, client: { inbox: { historyMax: 2 }, ...more.client } });
  for (let count = 1; count <= 6; count += 1) world.server.emit(`m${count}`);
  await world.open();
  await world.clock.advance(100);
  return world;
}

describe('loadOlder()', () => {
  test('puts a page in front, and tells whether there are more', async () => {
    const { client, clock } = await openLong();
    const before = { rows: contents(client.snapshot.messages), hasOlder: client.snapshot.hasOlder };

    const page = await client.loadOlder({ limit: 3 });
    await clock.advance(100);
    const middle = { rows: contents(client.snapshot.messages), hasOlder: client.snapshot.hasOlder };
    const last = await client.loadOlder();
    await clock.advance(100);
    const after = await client.loadOlder();

    expect(before).toEqual({ rows: ['m5', 'm6'], hasOlder: true });
    expect([contents(page.messages), page.hasOlder]).toEqual([['m2', 'm3', 'm4'], true]);
    expect(middle).toEqual({ rows: ['m2', 'm3', 'm4', 'm5', 'm6'], hasOlder: true });
    expect([contents(last.messages), last.hasOlder]).toEqual([['m1'], false]);
    expect(contents(client.snapshot.messages)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', 'm6']);
    expect(after).toEqual({ messages: [], hasOlder: false });
    client.dispose();
  });

  test('RX-6 UP-38 pages that go beyond the cap stay whole, and the cap takes hold again as more comes in', async () => {
    const { client, server, clock } = await openLong();
    await client.loadOlder({ limit: 2 });
    const paged = client.snapshot;

    server.emit('m7');
    await clock.advance(100);
    const shrinking = client.snapshot;
    for (const text of ['m8', 'm9']) server.emit(text);
    await clock.advance(100);
    const capped = client.snapshot;
    const again = await client.loadOlder({ limit: 4 });

    expect(contents(paged.messages)).toEqual(['m3', 'm4', 'm5', 'm6']);
    expect(contents(shrinking.messages)).toEqual(['m5', 'm6', 'm7']);
    expect([contents(capped.messages), capped.hasOlder]).toEqual([['m8', 'm9'], true]);
    expect(contents(again.messages)).toEqual(['m4', 'm5', 'm6', 'm7']);
    client.dispose();
  });

  test('RX-6 F39 what comes in while a page is on its way opens no hole behind it', async () => {
    const { client, server, clock } = await openLong();
    server.ignore('load_history');
    const page = client.loadOlder({ limit: 3 });
    for (const text of ['m7', 'm8', 'm9']) server.emit(text);
    await clock.advance(100);
    const older = ['m2', 'm3', 'm4'].map((content, index) => ({
      id: `conversation-1/epoch-1/${index + 2}`,
      conversationId: 'conversation-1',
      senderId: 'user-2',
      content,
      timestamp: '',
      seq: index + 2,
    }));

    server.sendFrame({
      type: 'history_page',
      payload: { conversationId: 'conversation-1', messages: older, hasOlder: true },
    });
    await clock.advance(100);

    expect(contents((await page).messages)).toEqual(['m2', 'm3', 'm4']);
    expect(contents(client.snapshot.messages)).toEqual(['m2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8', 'm9']);
    client.dispose();
  });

  test('hasOlder is true once rows were evicted, and a server without numbers gives none of them again', async () => {
    const hasOlder = async (dialect: 'base' | 'chatsocket.v1') => {
      const { client, open, server, clock } = createTestClient({
        client: { inbox: { historyMax: 2 } },
        server: { dialect },
      });
      await open();
      const before = client.snapshot.hasOlder;
      for (const text of ['one', 'two', 'three']) server.emit(text);
      await clock.advance(100);
      client.dispose();
      return [before, client.snapshot.hasOlder];
    };

    expect(await hasOlder('chatsocket.v1')).toEqual([false, true]);
    expect(await hasOlder('base')).toEqual([false, false]);
  });

  test('F24 rejects when the history is replaced meanwhile', async () => {
    const { client, server, clock } = await openLong();
    server.ignore('load_history');
    const page = client.loadOlder();
    server.newEpoch();
    server.emit('new world');
    await clock.advance(100);

    await expect(page).rejects.toMatchObject({
      code: 'connection/lost',
      message: 'Cannot load older messages: the history was replaced meanwhile; try again.',
    });
    expect(contents(client.snapshot.messages)).toEqual(['new world']);
    client.dispose();
  });

  test('F40 asks once for calls that come together', async () => {
    const { client, server } = await openLong();

    const [first, second] = await Promise.all([client.loadOlder(), client.loadOlder()]);

    expect(first).toBe(second);
    expect(sentFrames(server.connection, 'load_history')).toHaveLength(1);
    client.dispose();
  });

  test('UP-22 rejects without a connection, and when it is lost meanwhile', async () => {
    const { client, server, clock } = await openLong();
    server.connection.blackhole();
    const underWay = client.loadOlder();

    server.connection.dropAbruptly();
    await clock.advance(0);

    await expect(underWay).rejects.toMatchObject({
      code: 'connection/lost',
      message: 'Cannot load older messages: there is no connection; try again when it is open.',
      retryable: true,
    });
    expect(await outcomeOf(client.loadOlder())).toBe('connection/lost');
    client.dispose();
  });

  test.each(['NOT_FOUND', 'FETCH_ERROR', 'RATE_LIMIT'])(
    'UP-22 F40 rejects when the server refuses it (%s)',
    async (code) => {
      const { client, server, clock } = await openLong();
      server.connection.blackhole('to-server');
      const page = client.loadOlder();

      server.sendFrame({ type: 'error', payload: { code, message: 'no', messageId: 'conversation-1' } });
      await clock.advance(0);

      await expect(page).rejects.toMatchObject({ code: 'protocol/refused', fields: { serverCode: code } });
      client.dispose();
    },
  );

  test('UP-22 F40 rejects after 10 s of silence, and the next call asks again', async () => {
    const { client, server, clock } = await openLong({ client: { heartbeat: { timeoutMs: 60_000 } } });
    server.connection.blackhole('to-server');
    const page = client.loadOlder();
    await clock.advance(9_999);
    const before = await outcomeOf(page);

    await clock.advance(1);

    expect(before).toBe('pending');
    expect(await outcomeOf(page)).toBe('connection/lost');
    expect(await outcomeOf(client.loadOlder())).toBe('pending');
    client.dispose();
  });

  test('rejects where the protocol has no words for it', async () => {
    const envelope = envelopeProtocol();
    const { client } = await openLong({
      client: {
        protocol: defineProtocol({
          ...envelope,
          encode: (frame, terms) => (frame.type === 'load-history' ? null : envelope.encode(frame, terms)),
        }),
      },
    });

    await expect(client.loadOlder()).rejects.toMatchObject({ code: 'protocol/unsupported' });
    client.dispose();
  });

  test.each([0, -1, 1.5, 1_001, Number.NaN, '10'])('refuses a limit of %j at once', async (limit) => {
    const { client } = await openLong();

    // A text is not repeated: it may be anything.
    const shown = typeof limit === 'string' ? `a string of ${limit.length} characters` : limit;
    expect(refusalOf(() => client.loadOlder({ limit: limit as number }))).toBe(
      `usage/invalid-argument: Cannot load older messages: limit is ${shown}, expected a whole number from 1 to 1000.`,
    );
    client.dispose();
  });
});

describe('typing', () => {
  const typingFrames = (world: ReturnType<typeof createTestClient>) => [
    ...sentFrames(world.server.connection, 'typing'),
    ...sentFrames(world.server.connection, 'stop_typing'),
  ];

  test('UP-41 is sent at most once in 2 s, and its end once', async () => {
    const world = createTestClient();
    const { client, open, clock, server } = world;
    await open();

    for (let ms = 0; ms < 3_900; ms += 100) {
      client.setTyping(true);
      await clock.advance(100);
    }
    client.setTyping(false);
    client.setTyping(false);

    expect(sentFrames(server.connection, 'typing')).toHaveLength(2);
    expect(sentFrames(server.connection, 'stop_typing')).toHaveLength(1);
    client.dispose();
  });

  test('UP-41 offline is not sent later, and dials nothing', async () => {
    const world = createTestClient();
    const { client, open, clock, transport } = world;
    client.setTyping(true);
    const dials = transport.connections.length;

    await open();
    await clock.advance(5_000);

    expect(dials).toBe(0);
    expect(typingFrames(world)).toEqual([]);
    client.dispose();
  });

  test('UP-41 of another user ends after 7 s, when they say so, and when the link is lost', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const told = listen(client, 'typing-changed');
    server.setTyping(true);
    server.setTyping(true, { senderId: 'user-3' });
    await clock.advance(100);
    const both = client.snapshot.typing;
    server.setTyping(false, { senderId: 'user-3' });
    await clock.advance(100);
    const one = client.snapshot.typing;
    await clock.advance(6_700);
    const still = client.snapshot.typing;
    await clock.advance(200);
    const none = client.snapshot.typing;
    server.setTyping(true);
    await clock.advance(100);
    server.connection.dropAbruptly();
    await clock.advance(100);

    expect([both, one, still, none, client.snapshot.typing]).toEqual([
      [{ id: 'user-2' }, { id: 'user-3' }],
      [{ id: 'user-2' }],
      [{ id: 'user-2' }],
      [],
      [],
    ]);
    expect(told.map(({ typing }) => typing.length)).toEqual([1, 2, 1, 0, 1, 0]);
    client.dispose();
  });

  test('UP-41 is believed on as long as it is repeated, and never of this user', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const told = listen(client, 'typing-changed');

    for (let round = 0; round < 10; round += 1) {
      server.setTyping(true);
      server.setTyping(true, { senderId: 'user-1' });
      await clock.advance(5_000);
      expect(client.snapshot.typing).toEqual([{ id: 'user-2' }]);
    }

    expect(told).toHaveLength(1);
    client.dispose();
  });

  test('UP-41 C6 of a crowd is shown for the first hundred, and for the next once one of them has ended', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const shown = () => client.snapshot.typing.map(({ id }) => id);

    for (let count = 1; count <= 150; count += 1) server.setTyping(true, { senderId: `other-${count}` });
    await clock.advance(100);
    const most = shown();
    server.setTyping(false, { senderId: 'other-1' });
    server.setTyping(true, { senderId: 'other-150' });
    await clock.advance(100);
    const next = shown();
    await clock.advance(7_000);

    expect([most.length, most.at(-1)]).toEqual([100, 'other-100']);
    expect([next.length, next.at(-1)]).toEqual([100, 'other-150']);
    expect(shown()).toEqual([]);
    client.dispose();
  });
});

describe('markRead()', () => {
  const marks = (world: ReturnType<typeof createTestClient>) =>
    sentFrames(world.server.connection, 'mark_read').map(({ payload }) => payload['messageIds']);

  test('tells what others wrote, each once, at most one frame a second', async () => {
    const world = createTestClient();
    const { client, open, server, clock } = world;
    await open();
    await client.send('mine').acked;
    const ids = ['one', 'two', 'three'].map((text) => server.emit(text).id);
    await clock.advance(100);

    client.markRead(ids[0]);
    client.markRead(ids[1]);
    client.markRead();
    const atOnce = marks(world);
    await clock.advance(999);
    const before = marks(world);
    await clock.advance(1);
    client.markRead();
    await clock.advance(5_000);

    expect(atOnce).toEqual([[ids[0]]]);
    expect(before).toEqual([[ids[0]]]);
    expect(marks(world)).toEqual([[ids[0]], [ids[1], ids[2]]]);
    client.dispose();
  });

  test('tells nothing for a message that is not known', async () => {
    const world = createTestClient();
    const { client, open, server, clock } = world;
    await open();
    server.emit('one');
    await clock.advance(100);

    client.markRead('nobody knows it');
    await clock.advance(2_000);

    expect(marks(world)).toEqual([]);
    client.dispose();
  });

  test('offline is told on the next connection', async () => {
    const world = createTestClient();
    const { client, open, server, clock, transport } = world;
    await open();
    await transport.nextConnection();
    const { id } = server.emit('one');
    await clock.advance(100);
    server.connection.dropAbruptly();
    await clock.advance(0);

    client.markRead();
    await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(100);

    expect(marks(world)).toEqual([[id]]);
    client.dispose();
  });

  test('of another user shows on own messages, and is told', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const { id } = await client.send('mine').acked;
    const told = listen(client, 'read-changed');

    server.sendFrame({
      type: 'messages_read',
      payload: { conversationId: 'conversation-1', messageIds: [id], readBy: 'user-2' },
    });
    await clock.advance(100);

    expect(told).toEqual([{ conversationId: 'conversation-1', messageIds: [id], readBy: 'user-2' }]);
    expect(client.snapshot.messages[0]?.delivery).toBe('read');
    client.dispose();
  });
});
