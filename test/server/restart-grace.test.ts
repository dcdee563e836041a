/** Between the announcement of a restart and the drain a server serves on, so that clients can change over. */

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { ChatServer } from '../../examples/server/shell/chat-server.js';
import type { ChatServerOptions } from '../../examples/server/shell/options.js';
import { ChatSocketClient } from '../../src/index.js';
import { webSocketTransport } from '../../src/transports/index.js';
import { connect, dial, logIn, startServer, within } from './support/peer.js';

/** Nobody waits for so long in a test. */
const LONG_MS = 600_000;
const SHORT_MS = 300;

const servers: ChatServer[] = [];
const clients: ChatSocketClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.dispose();
  for (const server of servers.splice(0)) await within(server.close(), 'the end of a server');
});

async function open(options: Partial<ChatServerOptions>): Promise<ChatServer> {
  const server = await startServer(options);
  servers.push(server);
  return server;
}

describe('the grace of a server that restarts', () => {
  it('F23 F46 serves those who are here until the last of them has left', async () => {
    const server = await open({ restartGraceMs: LONG_MS, retryAfterMs: 321 });
    const [ada, bob] = [await connect(server, 'ada'), await connect(server, 'bob')];
    bob.send({ type: 'join_conversation', payload: { conversationId: 'lobby' } });
    await bob.untilType('conversation_history');

    const closed = server.close();
    const goodbyes = await Promise.all([ada, bob].map((peer) => peer.untilType('server_restarting')));
    ada.say('lobby', 'said in the grace');
    await ada.untilAck('said in the grace');
    await bob.untilType('new_message');
    await ada.close();
    bob.say('lobby', 'said alone');
    await bob.untilAck('said alone');
    await bob.close();
    await within(closed, 'a server whose last client has left');

    // Each is asked to come back at another moment.
    expect(goodbyes[0]).toMatchObject({ payload: { retryAfterMs: 321 } });
    expect(goodbyes[1]).not.toMatchObject({ payload: { retryAfterMs: 321 } });
    expect((await bob.closed).code).toBe(1005);
    expect(server.connectionCount).toBe(0);
  });

  it('F23 refuses new sockets with 503 and answers over HTTP: tokens from here are good elsewhere', async () => {
    const server = await open({ restartGraceMs: LONG_MS });
    const ada = await connect(server, 'ada');
    const token = server.issueToken({ id: 'bob', name: 'bob' });

    const closed = server.close();
    await ada.untilType('server_restarting');
    const late = dial(server.url, token);
    const [, refusal]: IncomingMessage[] = await within(once(late.socket, 'unexpected-response'), 'a refusal');
    const login = await logIn(server.url, 'Cy');
    late.socket.terminate();
    await ada.close();
    await within(closed, 'the end');

    expect(refusal?.statusCode).toBe(503);
    expect(login.cookie).not.toBe('');
  });

  it('F23 S21 ends after its time with 1012 for those who stayed, and loses nothing they were acked', async () => {
    const server = await open({ restartGraceMs: SHORT_MS });
    const ada = await connect(server, 'ada');

    const closed = server.close();
    await ada.untilType('server_restarting');
    const saidAtMs = performance.now();
    ada.say('lobby', 'm1');
    await ada.untilAck('m1');
    const { code } = await ada.closed;
    const servedMs = performance.now() - saidAtMs;
    await within(closed, 'the end');

    expect(code).toBe(1012);
    // The announcement was on its way for a moment.
    expect(servedMs).toBeGreaterThan(SHORT_MS * 0.8);
    expect(ada.frames.filter(({ type }) => type === 'server_restarting')).toHaveLength(1);
  });

  it('UP-03 F46 is long enough for a client, which stays open all the while', async () => {
    const [old, fresh] = [await open({ restartGraceMs: LONG_MS, retryAfterMs: 1 }), await open({})];
    let server = old;
    const client = new ChatSocketClient({
      url: () => `${server.url.replace('http', 'ws')}/ws`,
      token: () => server.issueToken({ id: 'ada', name: 'ada' }),
      transport: webSocketTransport({ webSocket: WebSocket }),
      // The first to go of all who might.
      random: () => 0,
    });
    clients.push(client);
    client.connect();
    await within(client.whenOpen(), 'the first connection');
    const statuses: string[] = [];
    client.on('status-changed', ({ connection }) => statuses.push(connection.status));
    const finished = new Promise((resolve) => client.once('handover-finished', resolve));

    server = fresh;
    await within(old.close(), 'a server that its client has left');
    await within(finished, () => `a handover: ${client.explain().text}`);

    expect(statuses).toEqual([]);
    expect(client.snapshot.connection.status).toBe('open');
    expect(fresh.connectionCount).toBe(1);
  });
});
