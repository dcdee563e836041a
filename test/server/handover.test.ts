/** A client changes over from socket to socket, twenty times, on a real server and in the middle of everything. */

import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { ChatServer } from '../../examples/server/shell/chat-server.js';
import { ChatSocketClient } from '../../src/index.js';
import { webSocketTransport } from '../../src/transports/index.js';
import { withoutRenewal } from '../support/without-renewal.js';
import { startServer, within } from './support/peer.js';

const HANDOVERS = 20;
const SENDS_EACH = 10;

const servers: ChatServer[] = [];
const clients: ChatSocketClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.dispose();
  for (const server of servers.splice(0)) await server.close();
});

async function open(): Promise<ChatServer> {
  const limits = { messagesPerSecond: 2_000, framesPerSecond: 5_000, pagesPerSecond: 1_000 };
  const server = await startServer({ limits });
  servers.push(server);
  return server;
}

async function connect(server: ChatServer, userId: string): Promise<ChatSocketClient> {
  const client = new ChatSocketClient({
    url: `${server.url.replace('http', 'ws')}/ws`,
    token: () => server.issueToken({ id: userId, name: userId }),
    transport: webSocketTransport({ webSocket: WebSocket }),
    protocol: withoutRenewal(),
    conversationId: 'lobby',
    outbox: { ratePerSecond: 1_000 },
    inbox: { historyMax: 1_000 },
  });
  clients.push(client);
  client.connect();
  await within(client.whenOpen(), `${userId} to open`);
  return client;
}

function finished(client: ChatSocketClient): Promise<unknown> {
  return within(
    new Promise((resolve) => client.once('handover-finished', resolve)),
    () => `a handover: ${client.explain().text}`,
  );
}

describe('twenty handovers over real sockets', { timeout: 30_000 }, () => {
  it('UP-03 CN-1 MT-7 lose, double and reorder nothing, and cut no answer', async () => {
    const server = await open();
    const [ada, bob] = [await connect(server, 'ada'), await connect(server, 'bob')];
    const statuses: string[] = [];
    ada.on('status-changed', ({ connection }) => statuses.push(connection.status));
    const bot = ada.conversation('assistant-ada');
    const deltas = new Map<string, string>();
    ada.on('stream-delta', ({ messageId, text }) => deltas.set(messageId, (deltas.get(messageId) ?? '') + text));
    const told: string[] = [];
    bob.on('message-received', ({ message }) => told.push(message.content));
    const acks: Promise<unknown>[] = [];
    const words: string[] = [];
    let most = 0;

    for (let round = 0; round < HANDOVERS; round += 1) {
      acks.push(bot.send(`Tell me how nothing gets lost, ${round}`).acked);
      const handover = finished(ada);
      ada.reconnect();
      for (let count = 0; count < SENDS_EACH; count += 1) {
        words.push(`${round}-${count}`);
        acks.push(ada.send(`${round}-${count}`).acked);
        await new Promise((resolve) => setImmediate(resolve));
        // Bob has one, and none is left over from an earlier round.
        most = Math.max(most, server.connectionCount - 1);
      }
      await handover;
    }
    await within(Promise.all(acks), 'every ack');
    const answers = () => bot.snapshot.messages.filter(({ sender }) => sender.role === 'assistant');
    const areAllOver = () => answers().length >= HANDOVERS && answers().every(({ stream }) => stream === 'done');
    await within(until(bot, areAllOver), 'the answers to end', 20_000);
    await within(
      until(bob.conversation('lobby'), () => told.length >= words.length),
      'bob to hear everything',
    );

    expect(statuses).toEqual([]);
    expect(told).toEqual(words);
    expect(ada.snapshot.messages.map(({ content }) => content)).toEqual(words);
    expect(most).toBeLessThanOrEqual(2);
    for (const { id, content } of answers()) expect(deltas.get(id ?? '')).toBe(content);
  });
});

/** Looks whenever the client shows something new. */
function until(look: ReturnType<ChatSocketClient['conversation']>, isTrue: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (isTrue()) resolve();
    };
    look.subscribe(check);
    check();
  });
}
