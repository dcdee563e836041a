import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';
import { listen, sentFrames, watchEvents } from './chat-log.js';

const RETRY_MS = 6_000;
const TEXT = 'Reconnecting is easy 🙂; resuming where it broke is what takes care.';

function lastRow(client: ReturnType<typeof createTestClient>['client']) {
  return client.snapshot.messages.at(-1);
}

describe('an answer in chunks', () => {
  test('ST-1 UP-16 is told piece by piece, each character once, and whole at its end', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const events = watchEvents(client);

    server.stream(TEXT, { chunk: 3, duplicate: true, inReplyTo: 'm-1' });
    await clock.advance(100);

    const deltas = events.flatMap(({ name, payload }) =>
      name === 'stream-delta' && 'text' in payload ? [payload] : [],
    );
    expect(deltas.map(({ text }) => text).join('')).toBe(TEXT);
    expect(deltas.map(({ offset }) => offset)).toEqual(deltas.map((_, index) => index * 3));
    expect(events.map(({ name }) => name).filter((name) => name !== 'stream-delta')).toEqual([
      'stream-started',
      'stream-ended',
      'message-received',
    ]);
    expect(lastRow(client)).toMatchObject({
      content: TEXT,
      stream: 'done',
      inReplyTo: 'm-1',
      sender: { role: 'assistant' },
    });
    expect(client.snapshot.isResponding).toBe(false);
    client.dispose();
  });

  test.each([0, 1, 4, 7, 11, 12])('UP-14 ST-3 F89 is whole after the link broke at chunk %d', async (dropAt) => {
    const { client, open, server, clock, transport } = createTestClient();
    await open();
    await transport.nextConnection();
    const deltas = listen(client, 'stream-delta');
    const received = listen(client, 'message-received');
    const { content } = server.stream(TEXT, { chunk: 6, dropAt });

    await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(1_000);

    expect(content).toBe(TEXT);
    expect(lastRow(client)).toMatchObject({ content: TEXT, stream: 'done' });
    expect(deltas.map(({ text }) => text).join('')).toBe(dropAt === 0 && deltas.length === 0 ? '' : TEXT);
    expect(received.map(({ message }) => message.content)).toEqual([TEXT]);
    client.dispose();
  });

  test('UP-15 ST-5 ST-7 F95 is stalled while the link is gone, keeps its text, and goes on where it was', async () => {
    const { client, open, server, clock, transport } = createTestClient();
    await open();
    await transport.nextConnection();
    const stream = server.startStream();
    stream.write('half a smile \ud83d');
    await clock.advance(100);
    const before = { row: lastRow(client), isResponding: client.snapshot.isResponding };

    server.connection.dropAbruptly();
    await clock.advance(100);
    const during = { row: lastRow(client), isResponding: client.snapshot.isResponding };
    stream.write('\ude42 and on');
    const second = await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(100);
    const after = { row: lastRow(client), isResponding: client.snapshot.isResponding };
    stream.end();
    await clock.advance(100);

    expect(before).toMatchObject({ row: { content: 'half a smile ', stream: 'streaming' }, isResponding: true });
    expect(during).toMatchObject({ row: { content: 'half a smile ', stream: 'stalled' }, isResponding: false });
    expect(after).toMatchObject({
      row: { content: 'half a smile 🙂 and on', stream: 'streaming' },
      isResponding: true,
    });
    expect(sentFrames(second, 'join_conversation')[0]?.payload['streams']).toEqual([
      { messageId: stream.id, offset: 14 },
    ]);
    expect(lastRow(client)).toMatchObject({ content: 'half a smile 🙂 and on', stream: 'done' });
    client.dispose();
  });

  test('UP-15 F90 that the server lost with its log leaves no row that streams for ever', async () => {
    const { client, open, server, clock, transport } = createTestClient();
    await open();
    await transport.nextConnection();
    server.startStream().write('unfinished');
    await clock.advance(100);

    server.connection.dropAbruptly();
    server.newEpoch();
    await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(100);

    expect(client.snapshot.messages).toEqual([]);
    expect(client.snapshot.isResponding).toBe(false);
    client.dispose();
  });

  test.each(['stopped', 'failed'] as const)('ends as %s by the word of the server, with its text', async (status) => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const ended = listen(client, 'stream-ended');
    const stream = server.startStream();
    stream.write('so far');

    stream.end(status);
    stream.write('late');
    await clock.advance(100);

    expect(ended).toEqual([{ conversationId: 'conversation-1', messageId: stream.id, status }]);
    expect(lastRow(client)).toMatchObject({ content: 'so far', stream: status });
    client.dispose();
  });

  test('ST-2 F88 that lost a chunk asks for it, and is whole in the end', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const stream = server.startStream();
    stream.write('one ');
    stream.write('two ', { copies: 0 });
    stream.write('three');
    stream.end();
    await clock.advance(100);

    expect(lastRow(client)).toMatchObject({ content: 'one two three', stream: 'done' });
    expect(sentFrames(server.connection, 'join_conversation').length).toBeGreaterThan(1);
    client.dispose();
  });
});

describe('stopStream()', () => {
  test('UP-15 F94 tells the server, keeps the text, and late chunks change nothing', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const ended = listen(client, 'stream-ended');
    const stream = server.startStream();
    stream.write('enough');
    await clock.advance(100);
    server.connection.blackhole('to-server');

    client.stopStream();
    const atOnce = { row: lastRow(client), isResponding: client.snapshot.isResponding };
    stream.write(' and more');
    stream.end();
    await clock.advance(100);
    client.stopStream();
    client.stopStream('unknown');

    expect(atOnce).toMatchObject({ row: { content: 'enough', stream: 'stopped' }, isResponding: false });
    expect(lastRow(client)).toMatchObject({ content: 'enough', stream: 'stopped' });
    expect(ended).toEqual([{ conversationId: 'conversation-1', messageId: stream.id, status: 'stopped' }]);
    client.dispose();
  });

  test('reaches the server, which ends the answer there', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const stream = server.startStream();
    stream.write('enough');
    await clock.advance(0);

    client.stopStream(stream.id);

    expect(stream.isOver).toBe(true);
    expect(sentFrames(server.connection, 'cancel_stream').map(({ payload }) => payload)).toEqual([
      { conversationId: 'conversation-1', messageId: stream.id },
    ]);
    client.dispose();
  });

  test('UP-15 works offline and after a resume: no further growth, and the text stays', async () => {
    const { client, open, server, clock, transport } = createTestClient();
    await open();
    await transport.nextConnection();
    const [first, second] = [server.startStream(), server.startStream()];
    first.write('first');
    second.write('second');
    await clock.advance(100);
    server.connection.dropAbruptly();
    await clock.advance(0);

    client.stopStream(first.id);
    first.write(' grows');
    second.write(' grows');
    await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(100);
    client.stopStream(second.id);
    first.write(' on');
    second.write(' on');
    await clock.advance(100);

    expect(client.snapshot.messages.map(({ content, stream }) => [content, stream])).toEqual([
      ['first', 'stopped'],
      ['second grows', 'stopped'],
    ]);
    client.dispose();
  });
});

describe('notification', () => {
  test('UP-17 UP-30 of 5,000 chunks in 2 s is at most 45 times, at once for the first and for the end', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    await clock.advance(100);
    let calls = 0;
    const seen: string[] = [];
    client.subscribe(() => {
      calls += 1;
      seen.push(lastRow(client)?.stream ?? 'none');
    });
    const stream = server.startStream();
    await clock.advance(0);
    const afterFirst = calls;

    for (let tick = 0; tick < 200; tick += 1) {
      for (let chunk = 0; chunk < 25; chunk += 1) stream.write('x');
      await clock.advance(10);
    }
    stream.end();
    await clock.advance(0);

    expect(afterFirst).toBe(1);
    expect(calls).toBeLessThanOrEqual(45);
    expect(seen.at(-1)).toBe('done');
    expect(lastRow(client)?.content).toHaveLength(5_000);
    client.dispose();
  });

  test('UP-17 changes the snapshot at most once in 50 ms, and gives the same one until then', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    server.emit('first');
    await clock.advance(100);
    const [untouched] = client.snapshot.messages;
    const snapshots = new Set<unknown>([client.snapshot]);
    const typing = client.snapshot.typing;

    for (let ms = 0; ms < 200; ms += 1) {
      server.emit(`m${ms}`);
      await clock.advance(1);
      snapshots.add(client.snapshot);
      expect(client.snapshot).toBe(client.snapshot);
    }

    expect(snapshots.size).toBeLessThanOrEqual(1 + 5);
    expect(client.snapshot.typing).toBe(typing);
    expect(client.snapshot.messages[0]).not.toBe(undefined);
    expect(untouched?.content).toBe('first');
    client.dispose();
  });

  test('UP-17 keeps the identity of rows that did not change', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    server.emit('one');
    server.emit('two');
    await clock.advance(100);
    const before = client.snapshot.messages;

    server.emit('three');
    await clock.advance(100);

    expect(client.snapshot.messages.slice(0, 2).every((row, index) => row === before[index])).toBe(true);
    expect(client.snapshot).not.toBe(before);
    client.dispose();
  });

  test('UP-17 of what the user does is at once', async () => {
    const { client, open, clock, server } = createTestClient();
    await open();
    server.emit('one');
    await clock.advance(10);
    let calls = 0;
    client.subscribe(() => {
      calls += 1;
    });

    client.send('mine');

    expect(calls).toBe(1);
    expect(client.snapshot.messages.map(({ content }) => content)).toEqual(['one', 'mine']);
    client.dispose();
  });
});
