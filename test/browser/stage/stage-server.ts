/** The Node side of the tests in the browser: what one page starts over its connection, ends with its connection. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { RemoteChat } from './remote-chat.js';
import { RemotePeers } from './remote-peers.js';
import type { StageAnswer, StageCalls, StageQuestion } from './stage-calls.js';
import { StrictPage } from './strict-page-server.js';

export interface StageServer {
  /** Where a page connects; the path is a secret, so that no other page can. */
  readonly url: string;
  close(): Promise<void>;
}

export async function startStageServer(): Promise<StageServer> {
  const path = `/${randomUUID()}`;
  const page = new StrictPage(() => `http://127.0.0.1:${portOf(server)}`);
  const server = createServer(({ url }, response) => void page.serve(url, response));
  const sockets = new WebSocketServer({ server, path });
  const sessions = new Set<StageSession>();
  sockets.on('connection', (socket) => {
    const session = new StageSession(socket, page);
    sessions.add(session);
    socket.on('close', () => void session.endAll().finally(() => sessions.delete(session)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `ws://127.0.0.1:${portOf(server)}${path}`,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      await Promise.all([...sessions].map((session) => session.endAll()));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function portOf(server: Server): number {
  // A server that listens on a port has an AddressInfo, never a pipe's name.
  return (server.address() as AddressInfo).port;
}

class StageSession {
  readonly #peers = new RemotePeers();
  readonly #chat = new RemoteChat();
  readonly #page: StrictPage;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, page: StrictPage) {
    this.#page = page;
    this.#socket = socket;
    // Both ends are compiled against the same types, and nobody else knows the path.
    socket.on('message', (bytes) => void this.#answer(JSON.parse(bytes.toString()) as StageQuestion));
  }

  async endAll(): Promise<void> {
    await Promise.all([this.#peers.dispose(), this.#chat.dispose()]);
  }

  /** The call itself is made at once, so that calls happen in the order of their questions. */
  async #answer({ id, name, parameters }: StageQuestion): Promise<void> {
    const answer = await this.#call(name, parameters).then(
      (value): StageAnswer => ({ id, ok: true, value }),
      (error: unknown): StageAnswer => ({ id, ok: false, reason: error instanceof Error ? error.message : `${error}` }),
    );
    this.#socket.send(JSON.stringify(answer));
  }

  async #call(name: keyof StageCalls, parameters: readonly unknown[]): Promise<unknown> {
    const owner = [this, this.#peers, this.#chat, this.#page].find((candidate) => name in candidate);
    // The question's types were checked where it was asked.
    const method = Reflect.get(owner ?? {}, name) as (...values: unknown[]) => unknown;
    return method.apply(owner, [...parameters]);
  }
}
