/** Servers for the programs, in this process. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { answersTo, helloText } from '../../scripts/bench/load/wire.js';
import { startTarget } from '../play/sockets.js';
import { startServer, TEST_ORIGIN } from '../server/support/peer.js';

const ROOMS = 30;

/** Where nobody listens any more. */
export async function refusedUrl(): Promise<string> {
  const target = await startTarget();
  await target.close();
  return `ws://127.0.0.1:${target.port}/`;
}

export interface Host {
  readonly url: string;
  /** Of a page that may connect. */
  readonly origin: string;
  /** A room in which nobody has said anything. */
  room(): string;
  /** So many tokens, each for one dial. */
  tokens(count: number): readonly string[];
  close(): Promise<void>;
}

/** The reference server. */
export async function startChatHost(): Promise<Host> {
  const rooms = Array.from({ length: ROOMS }, (_, index) => ({ id: `room-${index}`, assistant: 'never' as const }));
  const server = await startServer({ greetsUsers: false, rooms: [{ id: 'lobby', assistant: 'never' }, ...rooms] });
  let users = 0;
  return {
    url: `${server.url.replace('http', 'ws')}/ws`,
    origin: TEST_ORIGIN,
    room() {
      const next = rooms.pop();
      if (next === undefined) throw new Error(`All ${ROOMS} rooms were used.`);
      return next.id;
    },
    tokens(count) {
      users += 1;
      const user = { id: `user-${users}`, name: 'Ada' };
      return Array.from({ length: count }, () => server.issueToken(user));
    },
    close: () => server.close(),
  };
}

const AUTHENTICATED = JSON.stringify({ type: 'authenticated', payload: {}, timestamp: 1 });

/** Opens, takes joins and any token, and falls silent at the first message: it reads no more, not even a close. */
export async function startMuteHost(): Promise<Host> {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket) => {
    socket.send(helloText());
    socket.on('message', (bytes) => {
      const text = bytes.toString();
      if (text.includes('send_message')) socket.pause();
      else if (text.includes('"authenticate"')) socket.send(AUTHENTICATED);
      else for (const answer of answersTo(text, 'chatsocket.v1', () => 1)) socket.send(answer);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an AddressInfo, never a pipe's name.
  const { port } = http.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/`,
    origin: TEST_ORIGIN,
    room: () => 'lobby',
    tokens: (count) => Array.from({ length: count }, () => 'any'),
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
