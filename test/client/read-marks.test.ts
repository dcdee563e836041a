import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';
import { listen, sentFrames } from './chat-log.js';

const ID = 'conversation-1';
const RETRY_MS = 6_000;

async function openWith(texts: readonly string[]) {
  const world = createTestClient();
  await world.open();
  await world.transport.nextConnection();
  const ids = texts.map((text) => world.server.emit(text).id);
  await world.clock.advance(100);
  const marks = () => sentFrames(world.server.connection, 'mark_read').map(({ payload }) => payload['messageIds']);
  const comeBack = async () => {
    world.server.connection.dropAbruptly();
    await world.transport.nextConnection({ withinMs: RETRY_MS });
    await world.clock.advance(100);
  };
  return { ...world, ids, marks, comeBack };
}

describe('read marks', () => {
  test('that the server did not confirm are told again on the next connection, and confirmed ones are not', async () => {
    const { client, server, clock, ids, marks, comeBack } = await openWith(['one', 'two', 'three']);
    client.markRead(ids[0]);
    await clock.advance(2_000);
    server.ignore('mark_read');
    client.markRead(ids[2]);
    await clock.advance(2_000);

    await comeBack();
    const second = marks();
    await comeBack();

    expect(second).toEqual([[ids[1], ids[2]]]);
    expect(marks()).toEqual([]);
    client.dispose();
  });

  test('are confirmed by their echo where no ack comes', async () => {
    const { client, server, clock, ids, marks, comeBack } = await openWith(['one', 'two']);
    const told = listen(client, 'read-changed');
    server.ignore('mark_read');
    client.markRead();
    await clock.advance(0);

    server.read([ids[0] ?? ''], { readBy: 'user-1' });
    await clock.advance(100);
    await comeBack();

    expect(marks()).toEqual([[ids[1]]]);
    expect(told).toEqual([]);
    client.dispose();
  });

  test('never go back', async () => {
    const { client, clock, ids, marks } = await openWith(['one', 'two', 'three']);
    client.markRead(ids[1]);
    await clock.advance(2_000);

    client.markRead(ids[0]);
    client.markRead(ids[1]);
    await clock.advance(2_000);

    expect(marks()).toEqual([[ids[0], ids[1]]]);
    client.dispose();
  });

  test.each([
    ['the newest', null, 4],
    ['one that has left meanwhile', 0, 1],
    ['one that is not shown yet', 2, 3],
  ])('reach over all that is shown, also where it has left the history since: up to %s', async (_name, at, count) => {
    const world = createTestClient({ client: { inbox: { historyMax: 2, notifyIntervalMs: 1_000 } } });
    const { client, server, clock, open } = world;
    await open();
    const ids = ['one', 'two'].map((text) => server.emit(text).id);
    await clock.advance(1_000);
    const shown = client.snapshot.messages.map(({ content }) => content);
    ids.push(...['three', 'four'].map((text) => server.emit(text).id));
    await clock.advance(10);

    client.markRead(at === null ? undefined : ids[at]);
    await clock.advance(2_000);
    client.markRead();
    await clock.advance(2_000);

    const marks = sentFrames(server.connection, 'mark_read').map(({ payload }) => payload['messageIds']);
    expect(shown).toEqual(['one', 'two']);
    expect(marks[0]).toEqual(ids.slice(0, count));
    expect(marks.flat()).toEqual(at === 0 ? [ids[0], ids[2], ids[3]] : ids);
    client.dispose();
  });

  test('never reach from an old log into a new one', async () => {
    const world = createTestClient({ client: { inbox: { notifyIntervalMs: 10_000 } } });
    const { client, server, clock, open } = world;
    await open();
    for (const text of ['one', 'two', 'three']) server.emit(text);
    await clock.advance(10_000);
    const shown = client.snapshot.messages.length;
    server.newEpoch();
    const { id } = server.emit('new world');
    await clock.advance(100);

    client.markRead();
    await clock.advance(0);

    expect(shown).toBe(3);
    expect(client.snapshot.messages.map(({ content }) => content)).toEqual(['new world']);
    expect(sentFrames(server.connection, 'mark_read').map(({ payload }) => payload['messageIds'])).toEqual([[id]]);
    client.dispose();
  });

  test('begin anew with a new log', async () => {
    const { client, server, clock, ids, marks, comeBack } = await openWith(['one', 'two']);
    client.markRead();
    await clock.advance(2_000);
    server.newEpoch();
    const { id } = server.emit('new world');

    await comeBack();
    client.markRead();
    await clock.advance(2_000);

    expect(ids).toHaveLength(2);
    expect(marks()).toEqual([[id]]);
    client.dispose();
  });

  test.each([
    ['RATE_LIMIT', { retryAfterMs: 3_000 }, 2],
    ['FORBIDDEN', {}, 1],
  ])('that the server refuses with %s %j are told %i times in all', async (code, details, framesInAll) => {
    const { client, server, clock, marks } = await openWith(['one']);
    server.ignore('mark_read');
    client.markRead();
    await clock.advance(0);

    server.sendFrame({ type: 'error', payload: { code, message: 'no', messageId: ID, ...details } });
    await clock.advance(2_999);
    const early = marks().length;
    await clock.advance(10_000);

    expect([early, marks().length]).toEqual([1, framesInAll]);
    client.dispose();
  });

  test('C6 of thousands of messages go out a thousand at a time, one frame a second', async () => {
    const world = createTestClient({ client: { inbox: { historyMax: 5_000 } } });
    const { client, server, clock, open } = world;
    await open();
    for (let count = 0; count < 2_500; count += 1) server.emit('x');
    await clock.advance(100);
    const counts: number[] = [];

    client.markRead();
    for (let second = 0; second < 5; second += 1) {
      counts.push(sentFrames(server.connection, 'mark_read').length);
      await clock.advance(1_000);
    }

    expect(counts).toEqual([1, 2, 3, 3, 3]);
    const sizes = sentFrames(server.connection, 'mark_read').map(({ payload }) => Object(payload['messageIds']).length);
    expect(sizes).toEqual([1_000, 1_000, 500]);
    client.dispose();
  });
});
