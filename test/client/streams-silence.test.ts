/** Answers that stand still: for a minute of silence, for a lost connection, for a server that forgot them. */

import { describe, expect, test } from 'vitest';
import { createTestClient } from '../../src/testing/index.js';
import { withAnswer } from './answering.js';
import { listen, sentFrames } from './chat-log.js';

const RETRY_MS = 6_000;
const SILENCE_MS = 60_000;

type World = ReturnType<typeof createTestClient>;

function lastRow({ client }: Pick<World, 'client'>) {
  return client.snapshot.messages.at(-1);
}

function statuses(updated: readonly { readonly message: { readonly stream: unknown } }[]) {
  return updated.map(({ message }) => message.stream);
}

describe('an answer from which nothing comes', () => {
  test('ST-6 UP-15 F90 is stalled after a minute, told so once, and keeps its text', async () => {
    const world = await withAnswer();
    const { client, clock } = world;
    const updated = listen(client, 'message-updated');
    const ended = listen(client, 'stream-ended');

    await clock.advance(SILENCE_MS - 1_000);
    const before = [lastRow(world)?.stream, client.snapshot.isResponding];
    await clock.advance(1_000);
    const after = [lastRow(world)?.stream, client.snapshot.isResponding];
    await clock.advance(10 * SILENCE_MS);

    expect([before, after]).toEqual([
      ['streaming', true],
      ['stalled', false],
    ]);
    expect(statuses(updated)).toEqual(['stalled']);
    expect(ended).toEqual([]);
    expect(lastRow(world)).toMatchObject({ content: 'so far', stream: 'stalled' });
    client.dispose();
  });

  test('ST-6 is alive with every chunk, also one that brings nothing new', async () => {
    const world = await withAnswer();
    const { client, clock, stream, server } = world;

    for (let minute = 0; minute < 5; minute += 1) {
      await clock.advance(SILENCE_MS - 1_000);
      if (minute % 2 === 0) stream.write('.');
      else server.sendFrame({ type: 'message_delta', payload: { id: stream.id, offset: 0, text: 'so' } });
      await clock.advance(100);
    }

    expect(lastRow(world)).toMatchObject({ content: 'so far...', stream: 'streaming' });
    client.dispose();
  });

  test('ST-6 UP-15 is revived by a chunk, and may stall again', async () => {
    const world = await withAnswer();
    const { client, clock, stream } = world;
    const updated = listen(client, 'message-updated');
    await clock.advance(SILENCE_MS);

    stream.write(', and on');
    await clock.advance(100);
    const revived = lastRow(world);
    await clock.advance(SILENCE_MS);

    expect(revived).toMatchObject({ content: 'so far, and on', stream: 'streaming' });
    expect(statuses(updated)).toEqual(['stalled', 'stalled']);
    client.dispose();
  });

  test('ST-4 F90 whose end got lost is asked for then, and ends', async () => {
    const world = await withAnswer();
    const { client, clock, stream, server } = world;
    server.connection.blackhole('to-client');
    stream.write(', the rest');
    stream.end();
    await clock.advance(0);
    server.connection.dropAbruptly();
    await world.transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(100);

    expect(lastRow(world)).toMatchObject({ content: 'so far, the rest', stream: 'done' });
    client.dispose();
  });

  test('ST-6 asks the server once when it stalls: its end may have got lost', async () => {
    const world = await withAnswer();
    const { client, clock, stream, server } = world;
    const joins = () => sentFrames(server.connection, 'join_conversation').length;
    const before = joins();

    await clock.advance(SILENCE_MS);
    const asked = joins();
    await clock.advance(10 * SILENCE_MS);

    expect([asked - before, joins() - asked]).toEqual([1, 0]);
    expect(sentFrames(server.connection, 'join_conversation').at(-1)?.payload['streams']).toEqual([
      { messageId: stream.id, offset: 6 },
    ]);
    client.dispose();
  });

  test('I9 F92 costs one timer however many there are, and none when they have ended', async () => {
    const { client, clock, open, server } = createTestClient();
    await open();
    await clock.advance(1_000);
    const idle = clock.pendingTimers().length;

    const streams = Array.from({ length: 16 }, () => server.startStream());
    for (const stream of streams) stream.write('word');
    await clock.advance(1_000);
    const growing = clock.pendingTimers().length;
    for (const stream of streams) stream.end();
    await clock.advance(1_000);

    expect([growing - idle, clock.pendingTimers().length - idle]).toEqual([1, 0]);
    client.dispose();
  });

  test.each(['close', 'dispose', 'logout'] as const)('I8 leaves no timer after %s()', async (leave) => {
    const world = await withAnswer();

    await world.client[leave]();
    await world.clock.advance(6_000);

    await world.assertClean();
  });
});

describe('an answer whose connection is lost', () => {
  test('UP-15 F89 is stalled at once and told so; the text stays', async () => {
    const world = await withAnswer();
    const { client, clock, server } = world;
    const updated = listen(client, 'message-updated');

    server.connection.dropAbruptly();
    await clock.advance(0);

    expect(statuses(updated)).toEqual(['stalled']);
    expect(lastRow(world)).toMatchObject({ content: 'so far', stream: 'stalled' });
    client.dispose();
  });

  test('UP-15 F89 does not fall silent without a connection, and is not told twice', async () => {
    const world = await withAnswer();
    const { client, clock, server } = world;
    const updated = listen(client, 'message-updated');

    server.connection.dropAbruptly();
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const connection = await world.transport.nextConnection({ withinMs: 60_000 }).catch(() => null);
      connection?.dropAbruptly();
      await clock.advance(100);
    }

    expect(statuses(updated)).toEqual(['stalled']);
    client.dispose();
  });

  test('F88 F89 is asked about once more when a minute after the reconnect nothing of it has come', async () => {
    const world = await withAnswer();
    const { client, clock, server, transport } = world;
    server.connection.dropAbruptly();
    const connection = await transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(100);
    const joinsAfter = async (delayMs: number) => {
      await clock.advance(delayMs);
      return sentFrames(connection, 'join_conversation').length;
    };

    const counts = [await joinsAfter(SILENCE_MS - 1_000), await joinsAfter(1_000), await joinsAfter(10 * SILENCE_MS)];

    expect(counts).toEqual([1, 2, 2]);
    client.dispose();
  });

  test('UP-15 F89 that never resumes keeps its text and is never shown as streaming', async () => {
    const world = await withAnswer();
    const { client, clock, server } = world;

    server.connection.dropAbruptly();
    await world.transport.nextConnection({ withinMs: RETRY_MS });
    await clock.advance(30 * SILENCE_MS);

    expect(lastRow(world)).toMatchObject({ content: 'so far', stream: 'stalled' });
    expect(client.snapshot.isResponding).toBe(false);
    client.dispose();
  });
});
