/** A real client behind a network that brings it nothing for a while, until the server has had enough of it. */

import { webSocketTransport } from 'chatsocket/transports';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type FaultProxy, startFaultProxy } from '../../examples/play/fault-proxy.js';
import type { ChatServer } from '../../examples/server/shell/chat-server.js';
import { ChatSocketClient } from '../../src/index.js';
import { connect, type Peer, startServer, within } from './support/peer.js';

/** Some half a megabyte each. */
const SLICES_MAX = 60;
const SLICE_LENGTH = 100;
const DEADLINE_MS = 15_000;

const stops: (() => Promise<unknown> | undefined)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function openServer(notes: string[]): Promise<ChatServer> {
  const note = (event: string) => void notes.push(event);
  const server = await startServer({
    // The test itself sets the pace.
    limits: { messagesPerSecond: 9_000, framesPerSecond: 30_000, pagesPerSecond: 1_000, retainedMax: 10_000 },
    logger: { notice: note, warning: note, failure: note },
  });
  stops.push(() => server.close());
  return server;
}

async function openReader(server: ChatServer): Promise<{ client: ChatSocketClient; road: FaultProxy }> {
  const road = await startFaultProxy({ targetPort: Number(new URL(server.url).port) });
  stops.push(() => road.close());
  const client = new ChatSocketClient({
    url: `ws://127.0.0.1:${road.port}/ws`,
    token: () => server.issueToken({ id: 'slow', name: 'slow' }),
    conversationId: 'lobby',
    transport: webSocketTransport({ webSocket: WebSocket }),
    inbox: { historyMax: 10_000 },
    reconnect: { delayFirstMs: 100 },
  });
  stops.push(() => client.close());
  client.connect();
  await client.whenOpen({ signal: AbortSignal.timeout(DEADLINE_MS) });
  return { client, road };
}

/** Resolves when `isTrue` holds after one of the client's changes; fails when time is up. */
function until(client: ChatSocketClient, what: () => string, isTrue: () => boolean): Promise<void> {
  const found = new Promise<void>((resolve) => {
    const look = () => {
      if (isTrue()) resolve();
    };
    client.on('message-received', look);
    client.on('status-changed', look);
    look();
  });
  return within(found, what, DEADLINE_MS);
}

/** Says half a megabyte, and resolves with the last number when the server has all of it. */
async function saySlice(ada: Peer, slice: number): Promise<number> {
  for (let part = 1; part <= SLICE_LENGTH; part += 1) ada.say('lobby', `${slice}.${part}`, 'x'.repeat(5_000));
  await ada.untilAck(`${slice}.${SLICE_LENGTH}`);
  return slice * SLICE_LENGTH;
}

describe('a client that does not read', () => {
  it('F43 is dropped by the server, comes back, and has missed nothing', { timeout: 60_000 }, async () => {
    const notes: string[] = [];
    const server = await openServer(notes);
    const ada = await connect(server, 'ada');
    const { client, road } = await openReader(server);
    const received: (number | null)[] = [];
    const trouble: string[] = [];
    client.on('message-received', ({ message }) => received.push(message.seq));
    for (const name of ['gap-detected', 'history-reset', 'error'] as const) client.on(name, () => trouble.push(name));
    const closeCode = () => client.explain().cause?.code;

    road.silence({ direction: 'to-client', bytes: 'hold' });
    let slice = 0;
    while (!notes.includes('slow-reader-cut') && slice < SLICES_MAX) {
      slice += 1;
      await saySlice(ada, slice);
    }
    road.heal();
    await until(
      client,
      () => 'the close with 1013',
      () => closeCode() === 1013,
    );
    const count = await saySlice(ada, slice + 1);
    const readBefore = received.length;
    // By itself it gives a server that is overwhelmed a quarter of a minute and more.
    client.reconnect();
    await until(
      client,
      () => `${count} messages; had ${received.length}`,
      () => received.length >= count,
    );

    expect(readBefore).toBeLessThan(count);
    expect(received).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    expect(trouble).toEqual([]);
  });
});
