/** The reference server with its sockets and its LevelDB store, in this process: every hook of the kit is possible. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConformanceOptions, webSocketConnect } from 'chatsocket/testing';
import { WebSocket } from 'ws';
import type { ChatServer } from '../../../examples/server/shell/chat-server.js';
import { levelLogStore } from '../../../examples/server/store/level-log-store.js';
import type { LogStore } from '../../../examples/server/store/log-store.js';
import { startServer } from '../../server/support/peer.js';

const ROOMS = 100;

export class RealServer {
  readonly #directory: string;
  #server: ChatServer | null = null;
  #aheadMs = 0;
  #roomCount = 0;
  /** Called, once, when a message is stored; the store then fails, which is all that the server may know of it. */
  #onStored: (() => void) | null = null;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async start(): Promise<RealServer> {
    const server = new RealServer(await mkdtemp(join(tmpdir(), 'conformance-')));
    await server.#open();
    return server;
  }

  async stop(): Promise<void> {
    await this.#running.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  get connectionCount(): number {
    return this.#running.connectionCount;
  }

  get options(): ConformanceOptions {
    return {
      connect: webSocketConnect({
        webSocket: WebSocket,
        url: () => `${this.#running.url.replace('http', 'ws')}/ws`,
        token: ({ user }) => this.#running.issueToken({ id: user, name: user }),
      }),
      conversation: () => {
        this.#roomCount += 1;
        return `room-${this.#roomCount}`;
      },
      hooks: {
        restart: () => this.#restart(),
        crashAfterStore: (send) => this.#crashAfterStore(send),
        advanceClock: (aheadMs) => {
          this.#aheadMs += aheadMs;
        },
        editMessage: async ({ conversationId, id, senderId }, content) => {
          await this.#running.editMessage({ conversationId, messageId: id, by: senderId, content });
        },
        deleteMessage: async ({ conversationId, id, senderId }) => {
          await this.#running.deleteMessage({ conversationId, messageId: id, by: senderId });
        },
        cutRetention: ({ conversationId, throughSeq }) => {
          return this.#restart((store) => {
            return store.write([{ type: 'drop-entries', conversationId, before: throughSeq + 1 }]);
          });
        },
      },
    };
  }

  async #restart(meanwhile?: (store: LogStore) => Promise<void>): Promise<void> {
    await this.#running.close();
    if (meanwhile !== undefined) {
      const store = await levelLogStore({ directory: this.#directory });
      await meanwhile(store);
      await store.close();
    }
    await this.#open();
  }

  async #crashAfterStore(send: () => void): Promise<void> {
    const stored = new Promise<void>((resolve) => {
      this.#onStored = resolve;
    });
    send();
    await stored;
    await this.#restart();
  }

  async #open(): Promise<void> {
    const store = await levelLogStore({ directory: this.#directory });
    this.#server = await startServer({
      store: { ...store, write: (writes) => this.#write(store, writes) },
      now: () => Date.now() + this.#aheadMs,
      rooms: Array.from({ length: ROOMS }, (_, index) => ({ id: `room-${index + 1}`, assistant: 'never' as const })),
      limits: { messagesPerSecond: 1_000, framesPerSecond: 3_000, pagesPerSecond: 100 },
      onStoreFailure: () => {},
    });
  }

  async #write(store: LogStore, writes: Parameters<LogStore['write']>[0]): Promise<void> {
    await store.write(writes);
    const onStored = this.#onStored;
    if (onStored === null || !writes.some(({ type }) => type === 'put-entry')) return;
    this.#onStored = null;
    onStored();
    throw new Error('The store is gone.');
  }

  get #running(): ChatServer {
    if (this.#server === null) throw new Error('The server has not started.');
    return this.#server;
  }
}
