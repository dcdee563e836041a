/** What is missing in the middle of a conversation is asked for once, and what cannot be had is told once. */

import { defineProtocol, envelopeProtocol } from 'chatsocket/protocols';
import { describe, expect, test } from 'vitest';
import type { ChatSocketOptions } from '../../src/index.js';
import { createTestClient, type TestWorld } from '../../src/testing/index.js';
import { listen, sentFrames, watchEvents } from './chat-log.js';

/** A server of numbers that gives no stretch of its log again. */
function protocolWithoutRanges() {
  const envelope = envelopeProtocol();
  return defineProtocol({
    ...envelope,
    decode: (text) => {
      const decoded = envelope.decode(text);
      if (!decoded.ok) return decoded;
      const frames = decoded.frames.map((frame) =>
        frame.type === 'hello' ? { ...frame, terms: { ...frame.terms, ranges: false } } : frame,
      );
      return { ok: true, frames };
    },
  });
}

const ID = 'conversation-1';
const RETRY_MS = 6_000;
const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);
const asked = ({ server }: TestWorld) =>
  sentFrames(server.connection, 'fetch_range').map(({ payload }) => [payload['from'], payload['to']]);
const joins = ({ server }: TestWorld) => sentFrames(server.connection, 'join_conversation').length;

/** A client that has seen `one`, and then a message of which the one before was lost. */
async function openWithHole(options: Partial<ChatSocketOptions> = {}) {
  const world = createTestClient({ client: { heartbeat: { intervalMs: 3_600_000 }, ...options } });
  await world.open();
  world.server.emit('one');
  await world.clock.advance(100);
  world.server.emit('two', { isLost: true });
  world.server.emit('three');
  await world.clock.advance(0);
  return world;
}

describe('a hole', () => {
  test('RX-1 F34 that closes by itself within gapWaitMs is not asked for', async () => {
    const world = createTestClient();
    await world.open();
    const events = watchEvents(world.client);

    world.server.reorder(['one', 'two', 'three']);
    await world.clock.advance(2_000);

    expect(contents(world.client.snapshot.messages)).toEqual(['one', 'two', 'three']);
    expect(asked(world)).toEqual([]);
    expect(events.map(({ name }) => name)).toEqual(['message-received', 'message-received', 'message-received']);
    world.client.dispose();
  });

  test('RX-2 F31 is asked for once, and what comes meanwhile waits for it', async () => {
    const world = await openWithHole({ inbox: { gapWaitMs: 1_000 } });
    const { client, server, clock } = world;
    const recovered = listen(client, 'gap-recovered');
    await clock.advance(900);
    server.emit('four');
    await clock.advance(99);
    const before = contents(client.snapshot.messages);

    await clock.advance(101);

    expect(before).toEqual(['one']);
    expect(contents(client.snapshot.messages)).toEqual(['one', 'two', 'three', 'four']);
    expect(asked(world)).toEqual([[2, 2]]);
    expect(recovered).toEqual([{ conversationId: ID, fromSeq: 2, toSeq: 2 }]);
    expect([joins(world), client.metrics().messagesLost]).toEqual([1, 0]);
    client.dispose();
  });

  test('RX-1 F31 behind a hole is asked for as well', async () => {
    const world = await openWithHole();
    const { client, server, clock } = world;
    server.emit('four', { isLost: true });
    server.emit('five');

    await clock.advance(1_000);

    expect(contents(client.snapshot.messages)).toEqual(['one', 'two', 'three', 'four', 'five']);
    expect(asked(world)).toEqual([
      [2, 2],
      [4, 4],
    ]);
    client.dispose();
  });

  test('RX-5 F36 of what the server has no more of is told once, and the rest goes on', async () => {
    const world = await openWithHole();
    const { client, server, clock } = world;
    const events = watchEvents(client);
    server.cutBefore(3);

    await clock.advance(10_000);
    server.emit('four');
    await clock.advance(100);

    const lost = events.filter(({ name }) => name === 'gap-detected').map(({ payload }) => payload);
    expect(lost).toEqual([{ conversationId: ID, fromSeq: 2, toSeq: 2 }]);
    expect(events.map(({ name }) => name)).not.toContain('history-reset');
    expect(contents(client.snapshot.messages)).toEqual(['one', 'three', 'four']);
    expect([asked(world).length, client.metrics().messagesLost]).toEqual([1, 1]);
    client.dispose();
  });

  test('RX-2 C6 wider than the buffer is paged up to the head', async () => {
    const world = await openWithHole({ inbox: { reorderMax: 4 } });
    const { client, server, clock } = world;
    for (let count = 4; count <= 600; count += 1) server.emit(`m${count}`);

    await clock.advance(5_000);

    expect(contents(client.snapshot.messages).at(-1)).toBe('m600');
    expect(client.snapshot.messages).toHaveLength(100);
    expect(asked(world)).toEqual([
      [2, 257],
      [258, 513],
      // The last three came after the buffer was dropped for the last time.
      [514, 597],
    ]);
    expect([joins(world), client.metrics().messagesLost]).toEqual([1, 0]);
    client.dispose();
  });

  test('RX-2 C6 of more text than 1 MiB is not held', async () => {
    const world = await openWithHole({ inbox: { gapWaitMs: 2_000 } });
    const { client, server, clock } = world;
    for (let count = 4; count <= 6; count += 1) server.emit('x'.repeat(300_000));
    await clock.advance(100);

    await clock.advance(3_000);

    expect(client.snapshot.messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    // The first fits, the second does not, and what is here is dropped with it; the third one waits again.
    expect(asked(world)).toEqual([[2, 5]]);
    client.dispose();
  });

  test('F37 to a number from nowhere costs one join and no range', async () => {
    const world = await openWithHole();
    const { client, server, clock } = world;
    await clock.advance(1_000);
    const far = { id: 'x', conversationId: ID, senderId: 'user-2', content: 'far', timestamp: '' };

    server.sendFrame({ type: 'new_message', payload: { conversationId: ID, seq: 2 ** 53 - 1, message: far } });
    server.sendFrame({ type: 'pong', payload: { latest: { [ID]: 2 ** 53 - 1 } } });
    await clock.advance(60_000);

    expect([joins(world), asked(world).length]).toEqual([2, 1]);
    expect(contents(client.snapshot.messages)).toEqual(['one', 'two', 'three']);
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });

  test('G15 C6 of numbers that nobody has counted is told, and counts for no more than a million', async () => {
    const world = await openWithHole();
    const { client, server, clock } = world;
    await clock.advance(1_000);
    const lost = listen(client, 'gap-detected');
    server.ignore('join_conversation');
    server.sendFrame({ type: 'pong', payload: { latest: { [ID]: 9e15 } } });

    const facts = { conversationId: ID, epoch: 'epoch-1', latestSeq: 9e15, recovered: 'partial', hasOlder: false };
    server.sendFrame({ type: 'conversation_history', payload: { ...facts, messages: [] } });
    await clock.advance(100);

    expect(lost).toEqual([{ conversationId: ID, fromSeq: 4, toSeq: 9e15 }]);
    expect(client.metrics().messagesLost).toBe(1_000_000);
    client.dispose();
  });
});

describe('a range that does not come', () => {
  test('RX-2 F40 is asked for again, ever later, and then joined for', async () => {
    const world = await openWithHole();
    const { client, server, clock } = world;
    server.ignore('fetch_range', 100);
    const counts: (readonly [number, number])[] = [];

    for (const waitMs of [299, 1, 4_999, 1, 10_000, 14_999, 1]) {
      await clock.advance(waitMs);
      counts.push([asked(world).length, joins(world)]);
    }

    expect(counts).toEqual([
      [0, 1],
      [1, 1],
      [1, 1],
      [2, 1],
      [3, 1],
      [3, 1],
      [3, 2],
    ]);
    await clock.advance(100);
    expect(contents(client.snapshot.messages)).toEqual(['one', 'two', 'three']);
    client.dispose();
  });

  test.each([
    ['for now', 'INTERNAL_ERROR', 2],
    ['for ever', 'FORBIDDEN', 1],
  ])('F40 refused %s is asked for again, or joined for', async (_what, code, rangesInAll) => {
    const world = await openWithHole();
    const { client, server, clock } = world;
    const errors = listen(client, 'error');
    server.ignore('fetch_range');
    await clock.advance(300);

    server.sendFrame({ type: 'error', payload: { code, message: 'no', messageId: ID } });
    await clock.advance(1_400);

    expect(contents(client.snapshot.messages)).toEqual(['one', 'two', 'three']);
    expect([asked(world).length, errors]).toEqual([rangesInAll, []]);
    client.dispose();
  });

  test('F40 F39 in part, with a hole, twice, or unasked for neither loses anything nor goes on for ever', async () => {
    const world = await openWithHole({ inbox: { gapWaitMs: 10 } });
    const { client, server, clock } = world;
    for (const text of ['four', 'five']) server.emit(text, { isLost: true });
    server.emit('six');
    const message = (seq: number, content: string) => ({
      type: 'new_message',
      payload: {
        conversationId: ID,
        epoch: 'epoch-1',
        seq,
        message: { id: `${ID}/epoch-1/${seq}`, conversationId: ID, senderId: 'user-2', content, timestamp: '' },
      },
    });
    const range = (events: readonly object[], complete = true) =>
      server.sendFrame({ type: 'range', payload: { conversationId: ID, epoch: 'epoch-1', events, complete } });
    const unasked = () => range([message(2, 'forged')], false);
    unasked();
    server.ignore('fetch_range', 3);
    await clock.advance(10);

    range([]);
    range([message(2, 'two')]);
    range([message(2, 'two')]);
    range([message(5, 'five')]);
    await clock.advance(60_000);
    unasked();
    await clock.advance(100);

    expect(contents(client.snapshot.messages)).toEqual(['one', 'two', 'three', 'four', 'five', 'six']);
    expect([client.metrics().messagesLost, joins(world)]).toEqual([0, 1]);
    expect(client.metrics().framesOut).toBeLessThan(8);
    client.dispose();
  });

  test('UP-06 F40 before the connection ends is left to the resume', async () => {
    const world = await openWithHole();
    const { client, server, clock, transport } = world;
    server.ignore('fetch_range', 100);
    await clock.advance(400);
    const events = watchEvents(client);

    server.connection.dropAbruptly();
    await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(30_000);

    expect(contents(client.snapshot.messages)).toEqual(['one', 'two', 'three']);
    expect(events.map(({ name }) => name)).not.toContain('gap-detected');
    expect(asked(world)).toEqual([]);
    client.dispose();
  });

  test('F24 RX-5 from a log that is no more is followed by one reset', async () => {
    const world = await openWithHole();
    const { client, server, clock } = world;
    const events = watchEvents(client);
    server.newEpoch();
    server.emit('new world', { isLost: true });

    await clock.advance(10_000);

    expect(contents(client.snapshot.messages)).toEqual(['new world']);
    expect(events.map(({ name }) => name)).toEqual(['history-reset']);
    client.dispose();
  });

  test('RX-1 where the server gives none, a join brings what is missing, as soon as it is', async () => {
    const world = createTestClient({ client: { protocol: protocolWithoutRanges() } });
    await world.open();
    world.server.emit('one', { isLost: true });

    world.server.emit('two');
    await world.clock.advance(100);

    expect(contents(world.client.snapshot.messages)).toEqual(['one', 'two']);
    expect([asked(world), joins(world)]).toEqual([[], 2]);
    world.client.dispose();
  });
});

describe('what a join leaves out', () => {
  /** A client that has seen `m1`, is away for 150 messages, and comes back to a server that gives 100 in a join. */
  async function openAfterMany(prepare: (world: TestWorld) => void = () => {}) {
    const world = createTestClient({ client: { inbox: { historyMax: 200 } } });
    const { client, server, clock, transport } = world;
    await world.open();
    await transport.nextConnection();
    server.emit('m1');
    await clock.advance(100);
    const events = watchEvents(client);
    server.connection.dropAbruptly();
    for (let count = 2; count <= 151; count += 1) server.emit(`m${count}`);
    prepare(world);
    await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(100);
    return { ...world, events };
  }
  const named = (events: ReturnType<typeof watchEvents>, name: string) =>
    events.filter((event) => event.name === name).map(({ payload }) => payload);

  test('RX-2 F36 is asked for before it is given up, and comes in its order', async () => {
    const world = await openAfterMany();
    const { client, server, clock, events } = world;
    server.emit('m152');

    await clock.advance(1_000);

    const all = Array.from({ length: 152 }, (_, index) => `m${index + 1}`);
    expect(contents(client.snapshot.messages)).toEqual(all);
    expect(named(events, 'message-received')).toMatchObject(all.slice(1).map((content) => ({ message: { content } })));
    expect(named(events, 'gap-detected')).toEqual([]);
    expect([asked(world), joins(world), client.metrics().messagesLost]).toEqual([[[2, 51]], 1, 0]);
    client.dispose();
  });

  test.each([
    ['silent', (world: TestWorld) => world.server.ignore('fetch_range', 100)],
    ['without any of it', (world: TestWorld) => world.server.cutBefore(52)],
  ])('RX-5 F36 F40 is told as lost once, and the rest is shown, where the server is %s', async (_what, prepare) => {
    const { client, clock, events, ...world } = await openAfterMany(prepare);

    await clock.advance(60_000);

    expect(named(events, 'gap-detected')).toEqual([{ conversationId: ID, fromSeq: 2, toSeq: 51 }]);
    expect(contents(client.snapshot.messages).slice(0, 2)).toEqual(['m1', 'm52']);
    expect(client.snapshot.messages).toHaveLength(101);
    expect(joins({ client, clock, ...world })).toBeLessThan(3);
    client.dispose();
  });
});
