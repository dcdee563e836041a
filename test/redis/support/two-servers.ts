/** Two servers in this process on one real Redis, with real sockets: what is told at one is heard at the other. */

import { randomUUID } from 'node:crypto';
import { ChatSocketClient } from 'chatsocket';
import { webSocketTransport } from 'chatsocket/transports';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { ChatServer } from '../../../examples/server/shell/chat-server.js';
import type { ChatServerOptions } from '../../../examples/server/shell/options.js';
import { redisLogStore } from '../../../examples/server/store/redis-log-store.js';
import { dial, fetchToken, type Login, type Peer, startServer } from '../../server/support/peer.js';

export interface TwoServers {
  readonly here: ChatServer;
  readonly there: ChatServer;
  /** What a store failed with; a server of its own process would have ended. */
  readonly failures: readonly unknown[];
}

export async function startTwo(redisUrl: string, options: Partial<ChatServerOptions> = {}): Promise<TwoServers> {
  const failures: unknown[] = [];
  const start = async (): Promise<ChatServer> => {
    const server = await startServer({
      ...options,
      store: await redisLogStore({ url: redisUrl, serverId: randomUUID() }),
      onStoreFailure: (reason) => failures.push(reason),
    });
    onTestFinished(() => server.close());
    return server;
  };
  return { here: await start(), there: await start(), failures };
}

/** With a token of the same server. */
export async function enter(server: ChatServer, login: Login): Promise<Peer> {
  const peer = dial(server.url, await fetchToken(server.url, login));
  await peer.untilType('connected');
  return peer;
}

interface Seat {
  readonly login: Login;
  readonly conversationId: string;
  /** Where the socket is dialled. Default: at the server itself. */
  readonly port?: number;
}

/** The real client, with its tokens from the server at this address; it ends with the test. */
export function clientAt(serverUrl: string, { login, conversationId, port }: Seat): ChatSocketClient {
  const client = new ChatSocketClient({
    url: `ws://127.0.0.1:${port ?? new URL(serverUrl).port}/ws`,
    token: () => fetchToken(serverUrl, login),
    conversationId,
    identity: login.userId,
    transport: webSocketTransport({ webSocket: WebSocket }),
    reconnect: { delayFirstMs: 50 },
  });
  onTestFinished(() => client.dispose());
  client.connect();
  return client;
}
