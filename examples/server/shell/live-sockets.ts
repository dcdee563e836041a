/** The open sockets by connection: writing to them, cutting those that do not read, ending those that are dead. */

import type { WebSocket } from 'ws';
import { batchTexts } from './batch-texts.js';

export interface LiveSocketsOptions {
  /** A socket with more than this unread is cut off with 1013. */
  readonly bufferedMaxBytes: number;
  /** How long a peer may take for the close handshake. */
  readonly closeGraceMs: number;
  /** A socket was cut off by our own will; no more comes from it. */
  readonly onCut: (connectionId: string) => void;
}

/** With more than this unread, a peer is told only what it must know. */
const BEHIND_BYTES = 65_536;

/** Sockets are pinged in so many parts, one after the other: thousands of pings at once would hold up every message. */
export const BEAT_PARTS = 50;

interface LiveSocket {
  readonly socket: WebSocket;
  readonly beatPart: number;
  isAlive: boolean;
  /** Frames that leave together at the end of the moment. */
  waiting: string[];
}

export class LiveSockets {
  readonly #options: LiveSocketsOptions;
  readonly #sockets = new Map<string, LiveSocket>();
  /** Those for which something waits. */
  readonly #due = new Set<string>();
  /** Told to close, and not closed yet. */
  readonly #closing = new Set<WebSocket>();
  readonly #graceTimers = new Map<WebSocket, ReturnType<typeof setTimeout>>();
  #onEmpty: (() => void) | null = null;
  #added = 0;
  #beats = 0;

  constructor(options: LiveSocketsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#sockets.size + this.#closing.size;
  }

  add(connectionId: string, socket: WebSocket): void {
    const live: LiveSocket = { socket, beatPart: this.#added % BEAT_PARTS, isAlive: true, waiting: [] };
    this.#added += 1;
    this.#sockets.set(connectionId, live);
    socket.on('pong', () => {
      live.isAlive = true;
    });
  }

  /** The socket has closed. */
  forget(connectionId: string, socket: WebSocket): void {
    if (this.#sockets.get(connectionId)?.socket === socket) this.#sockets.delete(connectionId);
    if (this.count === 0) this.#onEmpty?.();
  }

  /** Leaves with the next `flush`: everybody behind the gate speaks `chatsocket.v1`, and so takes batches. */
  send(connectionIds: readonly string[], text: string): void {
    for (const connectionId of connectionIds) this.#enqueue(connectionId, text);
  }

  /** For what is worth nothing later: a peer that is behind with its reading is spared. */
  sendIfRead(connectionIds: readonly string[], text: string): void {
    for (const connectionId of connectionIds) {
      const socket = this.#sockets.get(connectionId)?.socket;
      if (socket !== undefined && socket.bufferedAmount <= BEHIND_BYTES) this.#enqueue(connectionId, text);
    }
  }

  /** Writes what waits: a moment is over. */
  flush(): void {
    for (const connectionId of this.#due) this.#write(connectionId);
    this.#due.clear();
  }

  close(connectionId: string, code: number, reason: string): void {
    this.#write(connectionId);
    const live = this.#sockets.get(connectionId);
    if (live === undefined) return;
    this.#sockets.delete(connectionId);
    this.end(live.socket, code, reason);
  }

  /** Closes a socket, and tears it down if the peer does not answer in time. */
  end(socket: WebSocket, code: number, reason: string): void {
    this.#closing.add(socket);
    const timer = setTimeout(() => socket.terminate(), this.#options.closeGraceMs);
    this.#graceTimers.set(socket, timer);
    socket.once('close', () => {
      clearTimeout(timer);
      this.#graceTimers.delete(socket);
      this.#closing.delete(socket);
      if (this.count === 0) this.#onEmpty?.();
    });
    socket.close(code, reason);
  }

  /** Of the sockets whose turn it is, ends those that have not answered the last ping, and pings the rest. */
  beat(): void {
    const part = this.#beats % BEAT_PARTS;
    this.#beats += 1;
    for (const live of this.#sockets.values()) {
      if (live.beatPart !== part) continue;
      if (live.isAlive) {
        live.isAlive = false;
        live.socket.ping();
      } else {
        live.socket.terminate();
      }
    }
  }

  /** Resolves once nobody is left. */
  emptied(): Promise<void> {
    if (this.count === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  /** Closes all and resolves once none is left; the grace time bounds it. */
  async closeAll(code: number, reason: string): Promise<void> {
    for (const connectionId of [...this.#sockets.keys()]) this.close(connectionId, code, reason);
    const closed = [...this.#closing].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    await Promise.all(closed);
  }

  #enqueue(connectionId: string, text: string): void {
    const live = this.#sockets.get(connectionId);
    if (live === undefined) return;
    live.waiting.push(text);
    this.#due.add(connectionId);
  }

  #write(connectionId: string): void {
    const live = this.#sockets.get(connectionId);
    if (live === undefined) return;
    const texts = batchTexts(live.waiting);
    live.waiting = [];
    for (const text of texts) {
      if (live.socket.bufferedAmount > this.#options.bufferedMaxBytes) return this.#cut(connectionId);
      live.socket.send(text);
    }
  }

  #cut(connectionId: string): void {
    this.close(connectionId, 1013, 'Reading too slowly');
    this.#options.onCut(connectionId);
  }
}
