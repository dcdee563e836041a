/** What is under way when a fresh connection takes over: answers, pages, holes, joins, marks and stops. */

import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';
import { listen } from './chat-log.js';
import { epochOf, framesOf, openByHand, tellHistory, withHalfJoined } from './handing-over.js';

describe('what is under way', () => {
  test('ST-3 an answer goes on byte by byte, with chunks on both sockets', async () => {
    const { client, server, clock } = await openByHand();
    const deltas = listen(client, 'stream-delta');
    const stream = server.startStream();
    stream.write('before, ');
    await clock.advance(0);

    client.reconnect();
    await clock.advance(0);
    stream.write('while dialling, ');
    server.ready();
    stream.write('while joining, ');
    await clock.advance(0);
    stream.write('after.');
    stream.end();
    await clock.advance(0);

    expect(deltas.map(({ text }) => text).join('')).toBe('before, while dialling, while joining, after.');
    expect(client.snapshot.messages).toMatchObject([{ content: stream.content, stream: 'done' }]);
    client.dispose();
  });

  test('an older page is asked for again', async () => {
    const world = createTestClient({ client: { inbox: { historyMax: 3 } } });
    const { client, server, open, clock } = world;
    for (let count = 1; count <= 6; count += 1) server.emit(`message ${count}`);
    await open();
    server.ignore('load_history');
    const page = client.loadOlder({ limit: 2 });

    client.reconnect();
    await clock.advance(100);

    expect((await page).messages).toHaveLength(2);
    expect(framesOf(world, 2, 'load_history')).toHaveLength(1);
    client.dispose();
  });

  test('a hole is filled by the new connection', async () => {
    const { client, server, open, clock } = createTestClient();
    await open();
    server.ignore('fetch_range');
    server.emit('lost', { isLost: true });
    server.emit('after it');
    await clock.advance(400);

    client.reconnect();
    await clock.advance(100);

    expect(client.snapshot.messages.map(({ content }) => content)).toEqual(['lost', 'after it']);
    client.dispose();
  });

  test('UP-04 a join that the old socket never answered is asked again on the new one', async () => {
    const world = await withHalfJoined();
    const { client, server, clock, transport } = world;
    tellHistory(world, { conversationId: 'conversation-1' });
    await clock.advance(0);
    server.ignore('join_conversation');
    // A head that is far ahead makes the client ask anew, on the socket in use.
    transport.connections[0]?.sendRaw(
      JSON.stringify({ type: 'pong', payload: { latest: { 'conversation-1': 5_000 } } }),
    );
    await clock.advance(0);

    tellHistory(world, { conversationId: 'side' });
    await clock.advance(0);
    server.emit('after it');
    await clock.advance(0);

    expect(framesOf(world, 2, 'join_conversation')).toHaveLength(3);
    expect(client.snapshot.messages.map(({ content }) => content)).toEqual(['before', 'after it']);
    client.dispose();
  });

  test('a conversation that is opened meanwhile is joined on both', async () => {
    const world = await openByHand();
    const { client, server, clock } = world;
    client.reconnect();
    await clock.advance(0);
    server.connection.accept();
    await clock.advance(0);

    const side = client.conversation('side');
    server.ready();
    await clock.advance(0);
    server.emit('hello', { conversationId: 'side' });
    await clock.advance(0);

    expect(framesOf(world, 1, 'join_conversation')).toHaveLength(2);
    expect(framesOf(world, 2, 'join_conversation')).toHaveLength(2);
    expect(side.snapshot.messages.map(({ content }) => content)).toEqual(['hello']);
    client.dispose();
  });

  test('what was read and not confirmed is told again, and who types goes on typing', async () => {
    const world = createTestClient();
    const { client, server, open, clock } = world;
    await open();
    server.emit('read me');
    server.setTyping(true);
    server.ignore('mark_read');
    await clock.advance(0);
    client.markRead();

    client.reconnect();
    await clock.advance(100);

    expect(framesOf(world, 2, 'mark_read')).toHaveLength(1);
    expect(client.snapshot.typing).toEqual([{ id: 'user-2' }]);
    client.dispose();
  });

  test('a stop that no server has confirmed is told again', async () => {
    const world = createTestClient();
    const { client, server, open, clock } = world;
    await open();
    const stream = server.startStream();
    stream.write('too much');
    await clock.advance(0);
    server.ignore('cancel_stream');
    client.stopStream();

    client.reconnect();
    await clock.advance(100);

    expect(framesOf(world, 2, 'cancel_stream')).toHaveLength(1);
    expect(stream.isOver).toBe(true);
    client.dispose();
  });
});

describe('a join that is answered late', () => {
  test('RX-5 UP-05 after the old socket brought more takes nothing back', async () => {
    const world = await withHalfJoined();
    const { client, server, clock } = world;
    const resets = listen(client, 'history-reset');

    server.emit('meanwhile');
    await clock.advance(0);
    tellHistory(world, { conversationId: 'conversation-1' });
    tellHistory(world, { conversationId: 'side' });
    await clock.advance(0);

    expect(resets).toEqual([]);
    expect(client.snapshot.messages.map(({ content }) => content)).toEqual(['before', 'meanwhile']);
    expect(client.snapshot.connection).toMatchObject({ status: 'open', recovered: 'full' });
    client.dispose();
  });

  test('RX-5 F24 of another log is told once, whatever the old socket still says of the other', async () => {
    const world = await withHalfJoined();
    const { client, clock, transport } = world;
    const resets = listen(client, 'history-reset');
    tellHistory(world, { conversationId: 'conversation-1', epoch: 'another', latestSeq: 0, recovered: 'none' });
    await clock.advance(0);
    const joins = framesOf(world, 1, 'join_conversation').length;

    const payload = { conversationId: 'conversation-1', epoch: epochOf(world), seq: 2, id: 'x' };
    transport.connections[0]?.sendRaw(JSON.stringify({ type: 'message_deleted', payload }));
    await clock.advance(0);
    tellHistory(world, { conversationId: 'side' });
    await clock.advance(0);

    expect(resets).toHaveLength(1);
    expect(framesOf(world, 1, 'join_conversation')).toHaveLength(joins);
    expect(client.snapshot.messages).toEqual([]);
    expect(client.snapshot.connection).toMatchObject({ status: 'open', recovered: 'none' });
    client.dispose();
  });
});
