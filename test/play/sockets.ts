/** Real loopback sockets for these tests: a server that keeps what it got, and waits that fail when time runs out. */
import { createServer, type Socket } from 'node:net';
import { listenOnLoopback } from '../../examples/play/listen.js';

const DEADLINE_MS = 5_000;

/** Fails with `what` unless `promise` settles in time. */
export async function within<Value>(what: string, promise: Promise<Value>, deadlineMs = DEADLINE_MS): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not within ${deadlineMs} ms: ${what}.`)), deadlineMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Looks every millisecond until `isTrue`. */
export async function until(what: string, isTrue: () => boolean, deadlineMs = DEADLINE_MS): Promise<void> {
  const endMs = Date.now() + deadlineMs;
  while (!isTrue()) {
    if (Date.now() > endMs) throw new Error(`Not within ${deadlineMs} ms: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** One end of a connection, with everything that it has heard. */
export interface Peer {
  readonly socket: Socket;
  text(): string;
  chunks(): readonly string[];
  /** How its connection ended: `end` for a FIN, the error's code for a reset, null while it lives. */
  ending(): string | null;
}

export function listenTo(socket: Socket): Peer {
  const chunks: string[] = [];
  let ending: string | null = null;
  socket.setNoDelay(true);
  socket.on('data', (bytes) => chunks.push(bytes.toString()));
  socket.on('end', () => {
    ending ??= 'end';
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    ending ??= error.code ?? error.message;
  });
  return { socket, text: () => chunks.join(''), chunks: () => chunks, ending: () => ending };
}

export interface Target {
  readonly port: number;
  /** The nth connection, from 0, once it is there. */
  peer(index: number): Promise<Peer>;
  close(): Promise<void>;
}

export async function startTarget(port = 0): Promise<Target> {
  const peers: Peer[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => peers.push(listenTo(socket)));
  const taken = await listenOnLoopback(server, port);
  return {
    port: taken,
    async peer(index) {
      await until(`connection ${index} is there`, () => peers[index] !== undefined);
      const peer = peers[index];
      if (peer === undefined) throw new Error(`No connection ${index}.`);
      return peer;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const peer of peers) peer.socket.destroy();
      await closed;
    },
  };
}
