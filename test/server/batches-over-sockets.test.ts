import { ChatSocketClient } from 'chatsocket';
import { webSocketTransport } from 'chatsocket/transports';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { ChatServer } from '../../examples/server/shell/chat-server.js';
import { connect, startServer, within } from './support/peer.js';

const servers: ChatServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(): Promise<ChatServer> {
  const limits = { messagesPerSecond: 1_000, framesPerSecond: 1_000 };
  const server = await startServer({ limits });
  servers.push(server);
  return server;
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `m${index + 1}`);

/** A socket of `ws` that writes down how many frames each text of its client held, and each of its server's. */
function countingTransport() {
  const sizes = { up: [] as number[], down: [] as number[] };
  const count = (text: string) => {
    const json: unknown = JSON.parse(text);
    return Array.isArray(json) ? json.length : 1;
  };
  class CountingSocket extends WebSocket {
    override send(text: string): void {
      sizes.up.push(count(text));
      super.send(text);
    }
  }
  const transport = webSocketTransport({
    create: (url, subprotocols) => {
      const socket = new CountingSocket(url, subprotocols);
      socket.on('message', (text) => sizes.down.push(count(String(text))));
      return socket;
    },
  });
  return { transport, sizes };
}

async function openClient(server: ChatServer) {
  const { transport, sizes } = countingTransport();
  const client = new ChatSocketClient({
    url: `${server.url.replace('http', 'ws')}/ws`,
    token: () => server.issueToken({ id: 'ada', name: 'ada' }),
    conversationId: 'lobby',
    allowInsecure: true,
    // The pace begins full, so that the server's own limit is all that counts.
    outbox: { ratePerSecond: Number.POSITIVE_INFINITY },
    transport,
  });
  client.connect();
  await within(client.whenOpen(), 'the client to open');
  return { client, sizes };
}

async function joinedReader(server: ChatServer) {
  const bob = await connect(server, 'bob');
  bob.send({ type: 'join_conversation', payload: { conversationId: 'lobby' } });
  await bob.untilType('conversation_history');
  return bob;
}

describe('batches over real sockets', () => {
  it('DS-5 DS-9 carry a window of messages and its acks in one text each way, and everybody sees them in order', async () => {
    const server = await start();
    const bob = await joinedReader(server);
    const { client, sizes } = await openClient(server);
    sizes.up.length = 0;
    sizes.down.length = 0;

    const sends = numbered(8).map((text) => client.send(text));
    const receipts = await within(Promise.all(sends.map(({ acked }) => acked)), 'the acks');
    await bob.until((frame) => frame.type === 'new_message' && frame.payload.message.content === 'm8');
    await within(client.close(), 'the close');

    expect(receipts.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(sizes.up).toEqual([8]);
    // The first is stored by itself; what came in meanwhile is stored, told and acked together.
    expect(sizes.down.reduce((sum, size) => sum + size, 0)).toBe(16);
    expect(Math.max(...sizes.down)).toBeGreaterThanOrEqual(8);
    expect(bob.frames.flatMap((frame) => (frame.type === 'new_message' ? frame.payload.message.content : []))).toEqual(
      numbered(8),
    );
    expect(Math.max(...bob.batchSizes)).toBeGreaterThan(1);
  });

  it('UP-04 what is sent right before close() arrives', async () => {
    const server = await start();
    const bob = await joinedReader(server);
    const { client, sizes } = await openClient(server);

    for (const text of numbered(3)) client.send(text);
    await within(client.close(), 'the close');
    await bob.until((frame) => frame.type === 'new_message' && frame.payload.message.content === 'm3');

    expect(sizes.up.at(-1)).toBe(3);
  });
});
