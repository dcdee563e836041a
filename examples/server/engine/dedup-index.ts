/** What one user has sent within the window, oldest first. */

import type { DedupKey, DedupRecord } from './records.js';

export class DedupIndex {
  readonly #windowMs: number;
  readonly #sizeMax: number;
  /** Insertion order is age, so expired records are at the front. */
  readonly #records = new Map<string, DedupRecord>();

  constructor(windowMs: number, sizeMax: number) {
    this.#windowMs = windowMs;
    this.#sizeMax = sizeMax;
  }

  get size(): number {
    return this.#records.size;
  }

  /** Room counts what can be dropped by now. */
  hasRoomAt(nowMs: number): boolean {
    if (this.#records.size < this.#sizeMax) return true;
    const [oldest] = this.#records.values();
    return oldest !== undefined && this.#isExpired(oldest, nowMs);
  }

  find(conversationId: string, messageId: string, nowMs: number): DedupRecord | null {
    const record = this.#records.get(keyOf(conversationId, messageId));
    return record === undefined || this.#isExpired(record, nowMs) ? null : record;
  }

  add(record: DedupRecord): void {
    const key = keyOf(record.conversationId, record.messageId);
    this.#records.delete(key);
    this.#records.set(key, record);
  }

  /** Takes back what did not become durable. */
  remove({ conversationId, messageId }: DedupKey): void {
    this.#records.delete(keyOf(conversationId, messageId));
  }

  /** Forgets what has left the window and returns it, so that the store forgets it too. */
  dropExpired(nowMs: number): readonly DedupKey[] {
    const dropped: DedupRecord[] = [];
    for (const [key, record] of this.#records) {
      if (!this.#isExpired(record, nowMs)) break;
      this.#records.delete(key);
      dropped.push(record);
    }
    return dropped;
  }

  #isExpired(record: DedupRecord, nowMs: number): boolean {
    return nowMs - record.storedAtMs > this.#windowMs;
  }
}

/** Unambiguous for ids with any characters in them. */
function keyOf(conversationId: string, messageId: string): string {
  return JSON.stringify([conversationId, messageId]);
}
