/** A client with far more conversations than a server takes frames at once. */

import { describe, expect, test } from 'vitest';
import { createTestClient, type TestWorld } from '../../src/testing/index.js';
import { sentFrames } from './chat-log.js';

const MESSAGES_PER_SECOND = 20;
/** Joins go out at three quarters of four fifths of what is announced. */
const JOINS_PER_SECOND = 12;
const STEP_MS = 20;

function openWith(count: number): TestWorld {
  const world = createTestClient({
    server: { hello: { limits: { contentLengthMax: 5_000, messagesPerSecond: MESSAGES_PER_SECOND } } },
  });
  for (let index = 0; index < count; index += 1) world.client.conversation(`room-${index}`);
  return world;
}

/** When each frame of a connection reached the server. */
function timeFrames({ transport, clock }: TestWorld): number[][] {
  const times: number[][] = [];
  transport.onConnection((connection) => {
    const own: number[] = [];
    times.push(own);
    connection.onFrame((text) => own.push(...readFrames(text).map(() => clock.nowMs())));
  });
  return times;
}

function readFrames(
  text: string,
): { readonly type: string; readonly payload?: { readonly conversationId?: string } }[] {
  return [JSON.parse(text)].flat();
}

function mostInOneSecond(times: readonly number[]): number {
  return Math.max(...times.map((fromMs) => times.filter((atMs) => atMs >= fromMs && atMs < fromMs + 1_000).length));
}

function joinedIds({ server }: TestWorld): string[] {
  return sentFrames(server.connection, 'join_conversation').map(({ payload }) => String(payload['conversationId']));
}

/** How long it took. */
async function waitFor({ clock }: TestWorld, isSo: () => boolean): Promise<number> {
  const fromMs = clock.nowMs();
  while (!isSo() && clock.nowMs() - fromMs < 120_000) await clock.advance(STEP_MS);
  return clock.nowMs() - fromMs;
}

describe('a client with many conversations', () => {
  test.each([100, 300])('UP-28 DS-12 resumes %d of them after a drop at the pace of the server', async (count) => {
    const world = openWith(count);
    const { client, server, transport } = world;
    const times = timeFrames(world);
    await world.open();
    await waitFor(world, () => joinedIds(world).length > count);
    server.connection.dropAbruptly();
    await waitFor(world, () => transport.connections.length === 2);
    const openMs = await waitFor(world, () => client.snapshot.connection.status === 'open');

    const outgoing = client.send('first of all');
    const ackedMs = await waitFor(world, () => outgoing.status === 'sent');
    const joinedMs = await waitFor(world, () => joinedIds(world).length > count);

    expect(openMs).toBeLessThanOrEqual(100);
    expect(ackedMs).toBeLessThanOrEqual(2_000);
    expect(new Set(joinedIds(world)).size).toBe(count + 1);
    expect(joinedIds(world)).toHaveLength(count + 1);
    expect(joinedMs).toBeLessThanOrEqual((count / JOINS_PER_SECOND) * 1_000 + 1_000);
    expect(Math.max(...times.map(mostInOneSecond))).toBeLessThanOrEqual(MESSAGES_PER_SECOND);
    expect(transport.connections).toHaveLength(2);
    client.dispose();
  });

  test('UP-28 joins first where messages wait, and asks before a message goes where it has not joined yet', async () => {
    const world = openWith(100);
    const { client, server } = world;
    const early = client.conversation('room-90').send('early');
    await world.open();
    const first = joinedIds(world);
    const late = client.conversation('room-80').send('late');
    await waitFor(world, () => late.status === 'sent');

    const types = server.connection.received.filter((text) => text.includes('room-80'));

    expect(first.slice(0, 2)).toEqual(['conversation-1', 'room-90']);
    expect(first).toHaveLength(4);
    expect(early.status).toBe('sent');
    expect(types[0]).toContain('join_conversation');
    expect(joinedIds(world).filter((id) => id === 'room-80')).toHaveLength(1);
    client.dispose();
  });

  test('DS-12 lets a join through each second while messages take all the rest', async () => {
    const world = openWith(100);
    const { client, clock } = world;
    await world.open();

    for (let index = 0; index < 180; index += 1) client.send(`message ${index}`);
    await clock.advance(10_000);

    expect(joinedIds(world).length).toBeGreaterThanOrEqual(4 + 9);
    expect(joinedIds(world).length).toBeLessThanOrEqual(4 + 12);
    client.dispose();
  });

  test('F28 stops joining altogether where one is refused as too fast, longer each time', async () => {
    const world = openWith(50);
    const { client, server, clock } = world;
    await world.open();
    server.ignore('join_conversation', 1_000);
    const asked: number[] = [];
    server.connection.onFrame((text) => {
      for (const { payload } of readFrames(text).filter(({ type }) => type === 'join_conversation')) {
        asked.push(clock.nowMs());
        const messageId = payload?.conversationId;
        server.sendFrame({
          type: 'error',
          payload: { code: 'RATE_LIMIT', message: 'Too fast.', messageId, retryAfterMs: 12 },
        });
      }
    });

    await clock.advance(10_000);

    const pausesMs = asked.slice(1).map((atMs, index) => atMs - (asked[index] ?? 0));
    expect(pausesMs.filter((pauseMs) => pauseMs > 0)).toEqual([250, 500, 1_000, 2_000, 4_000]);
    expect(asked.length).toBeLessThanOrEqual(6 * 4);
    expect(server.connection.isLive).toBe(true);
    client.dispose();
  });

  test('UP-02 is not given up while its joins are answered one by one', async () => {
    const world = openWith(30);
    const { client, server, clock, transport } = world;
    for (let index = 0; index < 30; index += 1) client.conversation(`room-${index}`).send('waits');
    server.ignore('join_conversation', 1_000);
    await world.open();
    for (const id of ['conversation-1', ...Array.from({ length: 30 }, (_, index) => `room-${index}`)]) {
      await clock.advance(4_000);
      server.sendFrame({
        type: 'conversation_history',
        payload: { conversationId: id, messages: [], epoch: 'epoch-1', latestSeq: 0, complete: true },
      });
    }
    await clock.advance(100);

    expect(transport.connections).toHaveLength(1);
    expect(client.snapshot.connection.status).toBe('open');
    client.dispose();
  });
});
