/** Where the server takes batches, what is sent in one moment leaves as one text; nothing else changes by it. */
import { describe, expect, test } from 'vitest';
import type { ChatSocketOptions } from '../../src/index.js';
import { createTestClient, type TestWorld } from '../../src/testing/index.js';
import { sentBatches, sentTexts } from './chat-log.js';

const BATCH = { batch: true };

interface Setting {
  readonly outbox?: NonNullable<ChatSocketOptions['outbox']>;
  readonly hello?: Readonly<Record<string, unknown>>;
  readonly mode?: 'auto' | 'manual';
}

async function connected({ outbox = {}, hello = BATCH, mode = 'auto' }: Setting = {}): Promise<TestWorld> {
  const world = createTestClient({
    client: { outbox: { ratePerSecond: Infinity, inFlightMax: 64, ...outbox } },
    server: { mode, hello },
  });
  await world.open();
  if (mode === 'manual') world.server.ready();
  await world.clock.advance(0);
  return world;
}

/** The types of the frames in each text that came after the first `skipped` ones. */
function batchTypes({ server }: TestWorld, skipped: number): readonly (readonly string[])[] {
  return sentBatches(server.connection)
    .slice(skipped)
    .map((frames) => frames.map(({ type }) => type));
}

const contents = (log: readonly { readonly content: string }[]) => log.map(({ content }) => content);
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `${index + 1}`);

describe('a server that takes batches', () => {
  test('DS-9 gets what was sent in one turn as one text, in its order', async () => {
    const world = await connected();
    const { client, server, clock } = world;
    const before = server.connection.received.length;

    const sends = ['one', 'two'].map((text) => client.send(text));
    client.setTyping(true);
    const sentAtOnce = server.connection.received.length - before;
    sends.push(client.send('three'));
    await clock.advance(0);

    expect(sentAtOnce).toBe(0);
    expect(batchTypes(world, before)).toEqual([['send_message', 'send_message', 'typing', 'send_message']]);
    expect(contents(server.log)).toEqual(['one', 'two', 'three']);
    expect(sends.map(({ status }) => status)).toEqual(['sent', 'sent', 'sent']);
    client.dispose();
  });

  test('gets in one text what reacts to acks that came in one, however deep the promises go', async () => {
    const world = await connected({ mode: 'manual' });
    const { client, server, clock } = world;
    const deep = async (acked: Promise<unknown>) => void (await acked);
    const later = numbered(8).map(async (text, index) => {
      const { acked } = client.send(text);
      await (index % 2 === 0 ? acked : deep(acked));
      client.send(`after ${text}`);
    });
    await clock.advance(0);
    const before = server.connection.received.length;
    const acks = server.pending.map(({ clientMessageId: messageId }, index) => {
      return { type: 'ack', payload: { messageId, id: `m${index}`, seq: index + 1 } };
    });

    server.connection.sendRaw(JSON.stringify(acks));
    await Promise.all(later);
    await clock.advance(0);

    expect(batchTypes(world, before)).toEqual([Array.from({ length: 8 }, () => 'send_message')]);
    client.dispose();
  });

  test('gets a frame without company as it is, and a ping in its place', async () => {
    const world = await connected();
    const { client, server, clock } = world;
    const before = server.connection.received.length;

    client.send('alone');
    await clock.advance(0);

    expect(server.connection.received.slice(before).map((text) => text[0])).toEqual(['{']);
    expect(contents(server.log)).toEqual(['alone']);
    client.dispose();
  });

  test('UP-04 gets what was sent right before close(), and then the goodbye', async () => {
    const { client, server, clock } = await connected();
    const { connection } = server;
    for (const text of ['one', 'two']) client.send(text);

    const closed = client.close();
    await clock.advance(0);
    await closed;

    expect(sentTexts(connection)).toEqual(['one', 'two']);
    expect(contents(server.log)).toEqual(['one', 'two']);
    expect(connection.end?.code).toBe(1000);
  });

  test('DS-3 UP-04 is sent again what a broken connection took with it', async () => {
    const { client, server, transport, clock } = await connected();
    const first = server.connection;
    const sends = ['one', 'two', 'three'].map((text) => client.send(text));

    first.dropAbruptly();
    await clock.advance(10_000);

    expect(transport.connections).toHaveLength(2);
    expect(sends.map(({ status }) => status)).toEqual(['sent', 'sent', 'sent']);
    expect(contents(server.log)).toEqual(['one', 'two', 'three']);
    client.dispose();
  });

  test('DS-12 is not asked for more than it allows: each frame of a batch counts', async () => {
    const { client, server, clock } = await connected({
      hello: { ...BATCH, limits: { contentLengthMax: 5_000, messagesPerSecond: 10 } },
      mode: 'manual',
    });
    for (const text of numbered(30)) client.send(text);

    await clock.advance(0);
    const atOnce = sentTexts(server.connection).length;
    await clock.advance(1_000);

    expect(atOnce).toBeLessThanOrEqual(10);
    expect(sentTexts(server.connection).length).toBeLessThanOrEqual(10);
    client.dispose();
  });

  test('UP-45 fills no buffer beyond the mark: what waits for the others counts', async () => {
    const { client, server, clock } = await connected({ mode: 'manual' });
    server.connection.bufferedBytes = 65_000;

    for (const text of numbered(5)) client.send(text.repeat(400));
    await clock.advance(0);

    expect(sentTexts(server.connection).length).toBeLessThan(5);
    client.dispose();
  });
});

describe('a batch', () => {
  test('UP-38 holds at most 32 frames', async () => {
    const world = await connected({ mode: 'manual' });
    const before = world.server.connection.received.length;

    for (const text of numbered(40)) world.client.send(text);
    await world.clock.advance(0);

    const sizes = batchTypes(world, before).map(({ length }) => length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(32);
    expect(sentTexts(world.server.connection)).toEqual(numbered(40));
    world.client.dispose();
  });

  test('is no longer than one message may be, so that a server finds no good message too big', async () => {
    const { client, server, clock } = await connected({ hello: { ...BATCH, limits: { contentLengthMax: 1_000 } } });
    const before = server.connection.received.length;

    for (const text of numbered(9)) client.send(text.repeat(100));
    await clock.advance(0);

    const texts = server.connection.received.slice(before);
    expect(texts.length).toBeGreaterThan(2);
    expect(texts.length).toBeLessThan(9);
    expect(texts.filter(({ length }) => length > 1_000 + 32)).toEqual([]);
    expect(sentTexts(server.connection)).toEqual(numbered(9).map((text) => text.repeat(100)));
    client.dispose();
  });

  test('takes in no message that is as long as one may be: that goes by itself, in its place', async () => {
    const { client, server, clock } = await connected();
    const before = server.connection.received.length;
    const texts = ['one', 'x'.repeat(4_999), 'three', 'four'];

    for (const text of texts) client.send(text);
    await clock.advance(0);

    expect(
      sentBatches(server.connection)
        .slice(before)
        .map(({ length }) => length),
    ).toEqual([1, 1, 2]);
    expect(contents(server.log)).toEqual(texts);
    client.dispose();
  });
});

describe('a server that does not announce batches', () => {
  test.each([{}, { batch: false }])('gets each frame by itself, and at once (%j)', async (hello) => {
    const { client, server } = await connected({ hello });
    const before = server.connection.received.length;

    const sends = numbered(3).map((text) => client.send(text));

    expect(sends.map(({ status }) => status)).toEqual(['sending', 'sending', 'sending']);
    await Promise.all(sends.map(({ acked }) => acked));
    expect(server.connection.received.slice(before).map((text) => text[0])).toEqual(['{', '{', '{']);
    client.dispose();
  });
});
