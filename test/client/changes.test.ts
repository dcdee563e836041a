/** What becomes of messages after they were said, live, on the way back and in pages. */

import { describe, expect, test } from 'vitest';
import { createTestClient, type TestWorld } from '../../src/testing/index.js';
import { listen, sentFrames, watchEvents } from './chat-log.js';

const ID = 'conversation-1';
const RETRY_MS = 6_000;
const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);

async function openWith(texts: readonly string[], options: Parameters<typeof createTestClient>[0] = {}) {
  const world = createTestClient(options);
  await world.open();
  await world.transport.nextConnection();
  const ids = texts.map((text) => world.server.emit(text).id);
  await world.clock.advance(100);
  return { ...world, ids: ids as [string, ...string[]] };
}

/** Loses the connection, lets `meanwhile` happen, and comes back. */
async function away(
  { server, transport, clock }: Pick<TestWorld, 'server' | 'transport' | 'clock'>,
  meanwhile: () => void,
): Promise<void> {
  server.connection.dropAbruptly();
  await clock.advance(0);
  meanwhile();
  await transport.nextConnection({ withinMs: RETRY_MS });
  await clock.advance(100);
}

describe('an edit', () => {
  test('RX-1 changes the row in its place, with its key, and is told', async () => {
    const world = await openWith(['one', 'two']);
    const { client, server, clock, ids } = world;
    const keys = client.snapshot.messages.map(({ key }) => key);
    const events = watchEvents(client);

    server.edit(ids[0], 'better');
    await clock.advance(100);

    expect(contents(client.snapshot.messages)).toEqual(['better', 'two']);
    expect(client.snapshot.messages.map(({ key }) => key)).toEqual(keys);
    expect(events.map(({ name }) => name)).toEqual(['message-updated']);
    expect(events[0]?.payload).toMatchObject({
      conversationId: ID,
      message: { id: ids[0], content: 'better', seq: 1 },
    });
    client.dispose();
  });

  test('RX-1 F33 that is older than what is shown changes nothing', async () => {
    const { client, server, clock, ids } = await openWith(['one']);
    server.edit(ids[0], 'second', { isLost: true });
    server.edit(ids[0], 'third');
    await clock.advance(1_000);
    const told = listen(client, 'message-updated');
    const old = { id: ids[0], conversationId: ID, senderId: 'user-2', content: 'second', timestamp: '', seq: 1 };

    server.sendFrame({
      type: 'message_updated',
      payload: { conversationId: ID, epoch: 'epoch-1', seq: 2, message: { ...old, changedSeq: 2 } },
    });
    server.replay();
    await clock.advance(100);

    expect(contents(client.snapshot.messages)).toEqual(['third']);
    expect(told).toEqual([]);
    client.dispose();
  });

  test('of an own message keeps its client id and how far it came', async () => {
    const { client, server, clock } = await openWith([]);
    const outgoing = client.send('mine');
    const id = (await outgoing.acked).id ?? '';

    server.read([id]);
    server.edit(id, 'mine, mended');
    await clock.advance(100);

    expect(client.snapshot.messages).toMatchObject([
      { content: 'mine, mended', clientMessageId: outgoing.id, delivery: 'read', sender: { role: 'self' } },
    ]);
    client.dispose();
  });

  test('RX-6 of an evicted message brings nothing back', async () => {
    const { client, server, clock, ids } = await openWith(['one', 'two', 'three'], {
      client: { inbox: { historyMax: 2 } },
    });

    server.edit(ids[0], 'better');
    await clock.advance(100);

    expect(contents(client.snapshot.messages)).toEqual(['two', 'three']);
    client.dispose();
  });
});

describe('a deletion', () => {
  test('RX-1 takes the row away for good, and is told once', async () => {
    const world = await openWith(['one', 'two', 'three']);
    const { client, server, clock, ids } = world;
    const events = watchEvents(client);

    server.delete(ids[1] ?? '');
    await clock.advance(100);
    server.replay();
    await clock.advance(100);

    expect(contents(client.snapshot.messages)).toEqual(['one', 'three']);
    expect(events).toEqual([{ name: 'message-deleted', payload: { conversationId: ID, messageId: ids[1] } }]);
    client.dispose();
  });

  test('of an evicted message is told all the same', async () => {
    const { client, server, clock, ids } = await openWith(['one', 'two'], { client: { inbox: { historyMax: 1 } } });
    const told = listen(client, 'message-deleted');

    server.delete(ids[0]);
    await clock.advance(100);

    expect(told).toEqual([{ conversationId: ID, messageId: ids[0] }]);
    expect(contents(client.snapshot.messages)).toEqual(['two']);
    client.dispose();
  });

  test('of a growing answer ends it, and its chunks say nothing any more', async () => {
    const { client, server, clock } = await openWith(['one']);
    const stream = server.startStream();
    stream.write('half of ');
    await clock.advance(100);
    const isResponding = [client.snapshot.isResponding];
    const events = watchEvents(client);

    server.delete(stream.id);
    stream.write('it');
    stream.end();
    await clock.advance(100);

    isResponding.push(client.snapshot.isResponding);
    expect(isResponding).toEqual([true, false]);
    expect(contents(client.snapshot.messages)).toEqual(['one']);
    expect(events.map(({ name }) => name)).toEqual(['stream-ended', 'message-deleted']);
    client.dispose();
  });

  test('DS-10 of an own message before its ack leaves no row, and the message counts as taken', async () => {
    const world = await openWith([], { server: { mode: 'manual' } });
    world.server.ready();
    await world.clock.advance(0);
    const { client, server, clock } = world;
    const outgoing = client.send('regretted');
    await clock.advance(0);
    server.dropAck();
    await clock.advance(0);
    const [entry] = server.log;

    await away(world, () => server.delete(entry?.id ?? ''));
    server.ready();
    await clock.advance(100);

    expect(client.snapshot.messages).toEqual([]);
    expect(await outgoing.acked).toMatchObject({ id: entry?.id });
    client.dispose();
  });
});

describe('what changed while the client was away', () => {
  test('UP-06 RX-4 shows after the resume, and is not told as received', async () => {
    const world = await openWith(['one', 'two', 'three']);
    const { client, server, ids } = world;
    const events = watchEvents(client);

    await away(world, () => {
      server.edit(ids[0], 'better');
      server.delete(ids[1] ?? '');
      server.emit('four');
    });

    expect(contents(client.snapshot.messages)).toEqual(['better', 'three', 'four']);
    const told = events.map(({ name }) => name).filter((name) => name.startsWith('message-') || name.startsWith('gap'));
    expect(told).toEqual(['message-updated', 'message-deleted', 'message-received']);
    expect(sentFrames(server.connection, 'fetch_range')).toEqual([]);
    client.dispose();
  });

  test('RX-6 of messages that were evicted brings none of them back', async () => {
    const world = await openWith(['one', 'two', 'three'], { client: { inbox: { historyMax: 2, seenMax: 1 } } });
    const { client, server, ids } = world;
    const received = listen(client, 'message-received');

    await away(world, () => server.edit(ids[0], 'better'));

    expect(contents(client.snapshot.messages)).toEqual(['two', 'three']);
    expect(received).toEqual([]);
    client.dispose();
  });

  test('shows own messages as read', async () => {
    const world = await openWith([]);
    const { client, server } = world;
    const id = (await client.send('mine').acked).id ?? '';

    await away(world, () => server.read([id]));

    expect(client.snapshot.messages).toMatchObject([{ delivery: 'read' }]);
    client.dispose();
  });

  test('RX-5 F36 and beyond what the server keeps is one gap', async () => {
    const world = await openWith(['one']);
    const { client, server } = world;
    const gaps = listen(client, 'gap-detected');

    await away(world, () => {
      for (const text of ['two', 'three', 'four', 'five']) server.emit(text);
      server.cutBefore(4);
    });
    await world.clock.advance(300);

    expect(gaps).toEqual([{ conversationId: ID, fromSeq: 2, toSeq: 3 }]);
    expect(contents(client.snapshot.messages)).toEqual(['one', 'four', 'five']);
    expect(client.snapshot.connection).toMatchObject({ status: 'open', recovered: 'partial' });
    client.dispose();
  });
});

describe('tombstones', () => {
  test('are shown nowhere, and paging goes on behind them', async () => {
    const world = createTestClient({ client: { inbox: { historyMax: 2 } } });
    const { client, server, open, clock } = world;
    const ids = ['one', 'two', 'three', 'four', 'five', 'six'].map((text) => server.emit(text).id);
    for (const id of ids.slice(2, 4)) server.delete(id);
    await open();
    await clock.advance(100);

    const first = await client.loadOlder({ limit: 2 });
    const second = await client.loadOlder({ limit: 2 });

    expect([contents(first.messages), first.hasOlder]).toEqual([[], true]);
    expect([contents(second.messages), second.hasOlder]).toEqual([['one', 'two'], false]);
    await clock.advance(100);
    expect(contents(client.snapshot.messages)).toEqual(['one', 'two', 'five', 'six']);
    client.dispose();
  });
});
