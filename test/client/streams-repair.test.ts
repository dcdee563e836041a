/** What the client does about answers that got lost, doubled, mixed up, or written anew by a server that restarted. */

import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';
import { withAnswer } from './answering.js';
import { listen, sentFrames, watchEvents } from './chat-log.js';

const RETRY_MS = 6_000;

async function withRepairs(text?: string) {
  const world = await withAnswer(text);
  const { server, stream } = world;
  return {
    ...world,
    joins: () => sentFrames(server.connection, 'join_conversation'),
    chunk: (offset: number, part: string) =>
      server.sendFrame({ type: 'message_delta', payload: { id: stream.id, offset, text: part } }),
  };
}

describe('chunks', () => {
  test('ST-2 F88 that run ahead are asked for once, held, and shown when the rest is here', async () => {
    const { client, clock, stream, joins, row } = await withRepairs('a');
    const before = joins().length;
    const deltas = listen(client, 'stream-delta');

    stream.write('b', { copies: 0 });
    for (const part of 'cdefgh') stream.write(part);
    await clock.advance(100);

    expect(joins().length - before).toBe(1);
    expect(joins().at(-1)?.payload['streams']).toEqual([{ messageId: stream.id, offset: 1 }]);
    expect(row()).toMatchObject({ content: 'abcdefgh', stream: 'streaming' });
    expect(deltas.map(({ text }) => text).join('')).toBe('bcdefgh');
    client.dispose();
  });

  test('ST-2 F88 that say another text of the same place are not shown: the whole is asked for', async () => {
    const { client, clock, stream, joins, row, chunk } = await withRepairs('Hello');
    const before = joins().length;

    chunk(3, 'XX');
    await clock.advance(0);
    const during = row()?.content;
    await clock.advance(100);

    expect(
      joins()
        .slice(before)
        .map(({ payload }) => payload['streams']),
    ).toEqual([[{ messageId: stream.id, offset: 0 }]]);
    expect([during, row()?.content]).toEqual(['Hello', 'Hello']);
    client.dispose();
  });

  test('ST-7 F95 that split a character are told with it whole', async () => {
    const { client, clock, stream, row } = await withRepairs('');
    const deltas = listen(client, 'stream-delta');

    for (const half of 'a😀b'.split('')) stream.write(half);
    await clock.advance(100);

    expect(deltas.map(({ offset, text }) => [offset, text])).toEqual([
      [0, 'a'],
      [1, '😀'],
      [3, 'b'],
    ]);
    expect(row()?.content).toBe('a😀b');
    client.dispose();
  });

  test('F93 after the end, and a second end, change nothing', async () => {
    const { client, clock, stream, row, chunk, server } = await withRepairs();
    stream.end();
    await clock.advance(100);
    const events = watchEvents(client);
    const before = row();

    chunk(6, ' and more');
    server.sendFrame({ type: 'message_end', payload: { id: stream.id, length: 15, status: 'failed' } });
    server.sendFrame({ type: 'message_snapshot', payload: { id: stream.id, text: 'other' } });
    await clock.advance(100);

    expect(events).toEqual([]);
    expect(row()).toBe(before);
    client.dispose();
  });

  test('UP-14 F88 that came while their beginning waited for an earlier message are asked for', async () => {
    const { client, open, clock, server } = createTestClient();
    await open();
    server.emit('lost on the way', { isLost: true });

    const stream = server.stream('an answer in chunks');
    await clock.advance(10_000);

    expect(client.snapshot.messages.map(({ content }) => content)).toEqual(['lost on the way', 'an answer in chunks']);
    expect(client.snapshot.messages.at(-1)).toMatchObject({ id: stream.id, stream: 'done' });
    client.dispose();
  });

  test('ST-6 beyond the longest text end the answer, and say why', async () => {
    const { client, clock, stream, row } = await withRepairs('');
    const ended = listen(client, 'stream-ended');

    for (let count = 0; count < 5; count += 1) stream.write('x'.repeat(60_000));
    await clock.advance(100);

    expect(row()?.content).toHaveLength(262_144);
    expect(row()).toMatchObject({ stream: 'failed', error: { code: 'protocol/answer-too-long' } });
    expect(ended.map(({ status }) => status)).toEqual(['failed']);
    client.dispose();
  });
});

describe('a server that restarted in mid-answer', () => {
  test.each([
    ['goes on where it was', 'so far', ' and on', 'so far and on'],
    ['has less and goes on', 'so', ' far and on', 'so far and on'],
    ['has less and goes another way', 'so', ' what?', 'so what?'],
    ['writes another answer', 'other', ' words', 'other words'],
    ['has nothing and begins anew', '', 'a new answer', 'a new answer'],
  ])('ST-3 ST-5 F96 and %s: the text is never spliced', async (...[, restored, rest, whole]) => {
    const { client, clock, stream, row, server, transport } = await withRepairs();
    const shown = new Set<string>();
    client.subscribe(() => shown.add(row()?.content ?? ''));
    client.on('message-updated', ({ message }) => shown.add(message.content));

    server.connection.dropAbruptly();
    stream.restore(restored);
    await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(100);
    stream.write(rest);
    await clock.advance(100);
    stream.end();
    await clock.advance(100);

    expect(row()).toMatchObject({ content: whole, stream: 'done' });
    for (const text of shown) expect(['so far', restored, whole].some((known) => known.startsWith(text))).toBe(true);
    client.dispose();
  });

  test.each(['failed', 'stopped', 'done'] as const)('F96 and calls it %s has the last word', async (status) => {
    const { client, clock, stream, row, server, transport } = await withRepairs();

    server.connection.dropAbruptly();
    stream.restore('so');
    stream.end(status);
    await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(100);

    expect(row()).toMatchObject({ content: 'so', stream: status });
    client.dispose();
  });
});

describe('more answers than may grow at once', () => {
  test('F92 ST-6 are counted, and shown whole in the order of the log', async () => {
    const { client, clock, open, server } = createTestClient();
    await open();

    const streams = Array.from({ length: 20 }, () => server.startStream());
    for (const [index, stream] of streams.entries()) stream.write(`answer ${index}`);
    await clock.advance(100);
    const early = client.snapshot.messages.length;
    for (const stream of streams) stream.end();
    await clock.advance(10_000);

    expect([early, client.metrics().streamsPostponed]).toEqual([16, 4]);
    expect(client.snapshot.messages.map(({ content, stream }) => [content, stream])).toEqual(
      streams.map((_, index) => [`answer ${index}`, 'done']),
    );
    client.dispose();
  });
});
