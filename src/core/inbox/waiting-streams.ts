/** Answers that began when as many as may were growing: they wait for room, the first one first. */

import type { MessageId, MessageRow } from '../message.js';
import { WAITING_STREAMS_MAX } from './stream-limits.js';

export type WaitingRow = MessageRow & { readonly id: MessageId };

export class WaitingStreams {
  readonly #rows = new Map<MessageId, WaitingRow>();

  get size(): number {
    return this.#rows.size;
  }

  has(id: MessageId): boolean {
    return this.#rows.has(id);
  }

  /** The row that is given up for it; null if there is a place. */
  add(row: WaitingRow): WaitingRow | null {
    this.#rows.set(row.id, row);
    return this.#rows.size > WAITING_STREAMS_MAX ? this.takeFirst() : null;
  }

  take(id: MessageId): WaitingRow | null {
    const row = this.#rows.get(id) ?? null;
    this.#rows.delete(id);
    return row;
  }

  takeFirst(): WaitingRow | null {
    for (const id of this.#rows.keys()) return this.take(id);
    return null;
  }

  clear(): void {
    this.#rows.clear();
  }
}
