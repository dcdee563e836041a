import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';
import { listen, sentFrames } from './chat-log.js';

const RETRY_MS = 6_000;

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

  test('UP-41 I8 F57 of another user who is heard before the client is open ends with it', async () => {
    const world = createTestClient({ server: { mode: 'manual' } });
    const { client, server, clock } = world;
    client.connect();
    await clock.advance(0);
    server.ignore('join_conversation');
    server.ready();
    const payload = { conversationId: 'conversation-1', userId: 'user-2' };
    server.connection.sendRaw(JSON.stringify({ type: 'user_typing', payload }));
    await clock.advance(100);
    const { connection, typing } = client.snapshot;

    await client.close();

    expect([connection.status, typing, client.snapshot.typing]).toEqual(['connecting', [{ id: 'user-2' }], []]);
    await world.assertClean();
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
