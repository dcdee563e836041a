import { describe, expect, test } from 'vitest';
import type { ChatMessage } from '../../src/index.js';
import { createTestClient } from '../../src/testing/index.js';
import { codeOf, refusalOf } from './chat-log.js';

/** Reads to the end, and tells how that came. */
async function readAll(messages: AsyncIterable<ChatMessage>, read: string[] = []): Promise<string[]> {
  try {
    for await (const { content } of messages) read.push(content);
    read.push('(end)');
  } catch (error) {
    read.push(`(${codeOf(error)})`);
  }
  return read;
}

describe('messages()', () => {
  test('gives whole messages in their order, of one conversation or of all, until the client closes', async () => {
    const { client, open, server, clock } = createTestClient();
    const lobby = client.conversation('lobby');
    const all = readAll(client.messages());
    const some = readAll(lobby.messages());
    await open();

    server.emit('one');
    server.emit('two', { conversationId: 'lobby' });
    server.stream('an answer in chunks');
    await clock.advance(100);
    await client.close();

    expect(await all).toEqual(['one', 'two', 'an answer in chunks', '(end)']);
    expect(await some).toEqual(['two', '(end)']);
    client.dispose();
  });

  test('gives what waits, and then fails, when the reader falls behind', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const iterator = client.messages({ bufferMax: 2 })[Symbol.asyncIterator]();
    for (const text of ['one', 'two', 'three', 'four']) server.emit(text);
    await clock.advance(100);

    const read = await readAll({ [Symbol.asyncIterator]: () => iterator });

    expect(read).toEqual(['one', 'two', '(usage/consumer-too-slow)']);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    client.dispose();
  });

  test('ends at once when it is aborted, and gives nothing that waited', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const stop = new AbortController();
    const iterator = client.messages({ signal: stop.signal })[Symbol.asyncIterator]();
    const first = iterator.next();
    server.emit('one');
    server.emit('two');
    await clock.advance(100);

    stop.abort();

    expect(await first).toMatchObject({ value: { content: 'one' } });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(await readAll(client.messages({ signal: stop.signal }))).toEqual(['(end)']);
    client.dispose();
  });

  test('ends when a client is disposed that never connected', async () => {
    const { client } = createTestClient();
    const reading = readAll(client.messages());

    client.dispose();

    expect(await reading).toEqual(['(end)']);
  });

  test('ends when a closed client is disposed', async () => {
    const { client, open } = createTestClient();
    await open();
    await client.close();
    const reading = readAll(client.messages());

    client.dispose();

    expect(await reading).toEqual(['(end)']);
  });

  test('ends when a listener disposes of the client, and gives what came before', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const reading = readAll(client.messages());
    client.on('message-received', () => client.dispose());

    server.emit('one');
    server.emit('two');
    await clock.advance(100);

    expect(await reading).toEqual(['one', '(end)']);
  });

  test('answers calls of next that come before their messages, in their order', async () => {
    const { client, open, server, clock } = createTestClient();
    await open();
    const iterator = client.messages()[Symbol.asyncIterator]();
    const readings = [iterator.next(), iterator.next(), iterator.next()];

    server.emit('one');
    server.emit('two');
    await clock.advance(100);
    client.dispose();

    const results = await Promise.all(readings);
    expect(results.map(({ value }) => value?.content)).toEqual(['one', 'two', undefined]);
  });

  test('UP-39 leaves nothing behind when the loop is left', async () => {
    const { client, open, server, clock, assertClean } = createTestClient();
    await open();
    const read: string[] = [];
    const reading = (async () => {
      for await (const { content } of client.messages({ bufferMax: 1 })) {
        read.push(content);
        break;
      }
    })();

    server.emit('one');
    await clock.advance(100);
    await reading;
    for (let count = 0; count < 5; count += 1) server.emit('later');
    await clock.advance(100);

    expect(read).toEqual(['one']);
    await client.close();
    await assertClean();
    client.dispose();
  });

  test.each([0, 1.5, -1, 1_000_001, Number.NaN])('refuses a bufferMax of %j at once', (bufferMax) => {
    const { client } = createTestClient();

    expect(refusalOf(() => client.messages({ bufferMax }))).toBe(
      `usage/invalid-argument: Cannot read messages: bufferMax is ${bufferMax}, expected a whole number from 1 to 1000000.`,
    );
    client.dispose();
  });

  test('is refused by a client that was disposed', () => {
    const { client } = createTestClient();
    client.dispose();

    expect(refusalOf(() => client.messages())).toContain('usage/disposed');
  });
});
