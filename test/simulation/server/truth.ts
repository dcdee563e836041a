/** What the server's store was told, life by life of each log: the one truth that clients are held against. */

import type { LogEntry, StoreWrite } from '../../../examples/server/engine/records.js';

export interface Log {
  readonly conversationId: string;
  readonly epoch: string;
  /** At index seq − 1; the newest version of each entry. */
  readonly entries: LogEntry[];
}

export class Truth {
  /** Newest life last. */
  readonly #lives = new Map<string, Log[]>();
  readonly #placesById = new Map<string, { readonly log: Log; readonly seq: number }[]>();

  readonly #storedAtMs = new Map<string, number>();

  storedAtMs(id: string): number | undefined {
    return this.#storedAtMs.get(id);
  }

  apply(write: StoreWrite, nowMs: number): void {
    if (write.type === 'put-conversation') this.#found(write.conversation.id, write.conversation.epoch);
    if (write.type !== 'put-entry') return;
    const log = this.current(write.conversationId);
    if (log === null) return;
    const { entry } = write;
    const isNew = log.entries[entry.seq - 1] === undefined;
    log.entries[entry.seq - 1] = entry;
    if (isNew && entry.kind === 'message') this.#storedAtMs.set(entry.id, nowMs);
    if (!isNew || entry.kind !== 'message' || entry.clientMessageId === null) return;
    const places = this.#placesById.get(entry.clientMessageId) ?? [];
    places.push({ log, seq: entry.seq });
    this.#placesById.set(entry.clientMessageId, places);
  }

  current(conversationId: string): Log | null {
    return this.#lives.get(conversationId)?.at(-1) ?? null;
  }

  /** Every life of every log, oldest first within a conversation. */
  get logs(): readonly Log[] {
    return [...this.#lives.values()].flat();
  }

  livesOf(conversationId: string): readonly Log[] {
    return this.#lives.get(conversationId) ?? [];
  }

  /** Every place in which a client's message was ever stored. */
  placesOf(clientMessageId: string): readonly { readonly log: Log; readonly seq: number }[] {
    return this.#placesById.get(clientMessageId) ?? [];
  }

  #found(conversationId: string, epoch: string): void {
    const lives = this.#lives.get(conversationId) ?? [];
    if (lives.at(-1)?.epoch === epoch) return;
    lives.push({ conversationId, epoch, entries: [] });
    this.#lives.set(conversationId, lives);
  }
}
