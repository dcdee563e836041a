/** An answer that is too big to be read is asked for again in smaller pieces, and holds up nothing else. */

import { describe, expect, test } from 'vitest';
import { createTestClient, type TestWorld } from '../../src/testing/index.js';
import { listen, sentFrames } from './chat-log.js';

const FRAME_BYTES_MAX = 20_000;
/** 8,000 bytes: two fit one frame, three do not. */
const LONG = 'x'.repeat(8_000);
const HUGE = 'y'.repeat(21_000);
const ID = 'conversation-1';

const seqs = ({ client }: TestWorld) => client.snapshot.messages.map(({ seq }) => seq);
const limits = ({ server }: TestWorld) =>
  sentFrames(server.connection, 'join_conversation').map(({ payload }) => payload['limit']);
const makeWorld = () => createTestClient({ client: { inbox: { frameBytesMax: FRAME_BYTES_MAX } } });

/** A client that saw message 1, and was away while others were written. */
async function returnAfter(contents: readonly string[]) {
  const world = makeWorld();
  await world.open();
  world.server.emit('one');
  await world.clock.advance(100);
  await world.client.close();
  for (const content of contents) world.server.emit(content);
  const gaps = listen(world.client, 'gap-detected');
  world.client.connect();
  await world.clock.advance(10_000);
  return { ...world, gaps };
}

describe('RX-4 CN-8 an answer to a join that is too big', () => {
  test('is asked for again with half the limit, until it fits', async () => {
    const world = makeWorld();
    for (let index = 0; index < 10; index += 1) world.server.emit(LONG);

    await world.open();

    expect(limits(world)).toEqual([100, 50, 25, 12, 6, 3, 1]);
    expect(seqs(world)).toEqual([10]);
    expect(world.client.snapshot.hasOlder).toBe(true);
    expect(world.transport.connections).toHaveLength(1);
    world.client.dispose();
  });

  test('brings all that was missed, where it was missed on the way', async () => {
    const world = await returnAfter(Array.from({ length: 10 }, () => LONG));

    expect(seqs(world)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(world.gaps).toEqual([]);
    expect(world.client.metrics().messagesLost).toBe(0);
    world.client.dispose();
  });

  test('costs one message where that alone is too big, told once, and the log goes on', async () => {
    const world = await returnAfter([LONG, HUGE, 'four']);

    expect(seqs(world)).toEqual([1, 2, 4]);
    expect(world.gaps).toEqual([{ conversationId: ID, fromSeq: 3, toSeq: 3 }]);
    world.server.emit('five');
    await world.clock.advance(100);
    expect(seqs(world)).toEqual([1, 2, 4, 5]);
    world.client.dispose();
  });

  test('costs one message where that is the newest', async () => {
    const world = await returnAfter([LONG, LONG, HUGE]);

    expect(world.client.snapshot.connection.status).toBe('open');
    expect(seqs(world)).toEqual([1, 2, 3]);
    expect(world.gaps).toEqual([{ conversationId: ID, fromSeq: 4, toSeq: 4 }]);
    world.client.dispose();
  });

  test('holds up no other conversation where the newest message alone is too big', async () => {
    const world = makeWorld();
    world.server.emit('before');
    world.server.emit(HUGE);
    const other = world.client.conversation('other');

    await world.open();

    expect([other.snapshot.connection.status, seqs(world)]).toEqual(['open', []]);
    world.server.emit('after');
    await world.clock.advance(1_000);
    expect(seqs(world)).toEqual([3]);
    const page = world.client.loadOlder();
    await world.clock.advance(1_000);
    expect((await page).messages.map(({ seq }) => seq)).toEqual([1]);
    world.client.dispose();
  });
});

describe('UP-06 what explain() says of answers that were too big', () => {
  test('names their number and the limit, and nothing before there were any', async () => {
    const world = makeWorld();
    for (let index = 0; index < 3; index += 1) world.server.emit(LONG);
    const before = world.client.explain().advice;

    await world.open();

    const advice = [
      'Frames of the server that were longer than inbox.frameBytesMax, and so were not read: 6.',
      'Have the server bound its answers by their bytes, or raise the limit.',
    ];
    expect(before).toEqual([]);
    expect(world.client.explain()).toMatchObject({ advice, text: ['Connected.', ...advice].join(' ') });
    world.client.dispose();
  });
});

describe('RX-1 RX-2 a live message that is too big', () => {
  test('leaves a hole that is given up once, and the log goes on', async () => {
    const world = makeWorld();
    await world.open();
    const gaps = listen(world.client, 'gap-detected');
    world.server.emit('one');
    world.server.emit(HUGE);
    world.server.emit('three');
    await world.clock.advance(10_000);

    expect(seqs(world)).toEqual([1, 3]);
    expect(gaps).toEqual([{ conversationId: ID, fromSeq: 2, toSeq: 2 }]);
    expect(world.client.metrics().messagesLost).toBe(1);
    world.client.dispose();
  });
});

describe('F40 a page that is too big', () => {
  test('is asked for again with half the limit, until it fits', async () => {
    const world = makeWorld();
    for (let index = 0; index < 10; index += 1) world.server.emit(LONG);
    await world.open();

    const page = world.client.loadOlder({ limit: 8 });
    await world.clock.advance(1_000);

    expect((await page).messages.map(({ seq }) => seq)).toEqual([8, 9]);
    expect(seqs(world)).toEqual([8, 9, 10]);
    world.client.dispose();
  });
});
