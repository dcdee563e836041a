/** Messages on their way out: kept in the order they were sent until the server has them, or never will. */

import type { DialId } from '../connection/state.js';

export interface OutboxEntry {
  readonly id: string;
  readonly conversationId: string;
  readonly content: string;
  readonly metadata: unknown;
  readonly inReplyTo: string | null;
  readonly queuedAtMs: number;
  readonly sizeBytes: number;
  readonly status: 'queued' | 'sending' | 'unconfirmed';
  /** Its place among all messages of this client. */
  readonly order: number;
  /** How often it was handed to a connection. */
  readonly transmissions: number;
  /** Its number on the connection that it was last handed to. */
  readonly sent: { readonly dialId: DialId; readonly producerSeq: number; readonly atMs: number } | null;
}

export type Draft = Pick<
  OutboxEntry,
  'id' | 'conversationId' | 'content' | 'metadata' | 'inReplyTo' | 'queuedAtMs' | 'sizeBytes'
>;

export interface OutboxBounds {
  readonly messagesMax: number;
  readonly bytesMax: number;
}

export interface SendWindow {
  readonly dialId: DialId;
  readonly inFlightMax: number;
  /** Without it a second message of a conversation waits for the first one's ack. */
  readonly keepsOrder: boolean;
}

export class Outbox {
  readonly #bounds: OutboxBounds;
  /** Queued entries, by `order`. */
  #queue: OutboxEntry[] = [];
  /** Entries with a connection, in the order of their sending. */
  readonly #inFlight = new Map<string, OutboxEntry>();
  /** Entries whose connection ended before their ack, where a resend may double them. */
  readonly #unconfirmed = new Map<string, OutboxEntry>();
  readonly #producerSeqs = new Map<string, number>();
  #producerDialId: DialId = 0;
  #ordersGiven = 0;
  #sizeBytes = 0;

  constructor(bounds: OutboxBounds) {
    this.#bounds = bounds;
  }

  /** Null once taken, else why not. */
  admit(draft: Draft): 'messages' | 'bytes' | null {
    if (this.count >= this.#bounds.messagesMax) return 'messages';
    if (this.#sizeBytes + draft.sizeBytes > this.#bounds.bytesMax) return 'bytes';
    this.#ordersGiven += 1;
    this.#sizeBytes += draft.sizeBytes;
    this.#queue.push({ ...draft, status: 'queued', order: this.#ordersGiven, transmissions: 0, sent: null });
    return null;
  }

  /** The next entry that may go out now, marked as sent on `window.dialId`; null if none may. */
  take(window: SendWindow, nowMs: number): OutboxEntry | null {
    if (this.#inFlight.size >= window.inFlightMax) return null;
    const index = window.keepsOrder ? (this.#queue.length > 0 ? 0 : -1) : this.#firstOfQuietConversation();
    const entry = this.#queue[index];
    if (entry === undefined) return null;
    this.#queue.splice(index, 1);
    const sent: OutboxEntry = {
      ...entry,
      status: 'sending',
      transmissions: entry.transmissions + 1,
      sent: { dialId: window.dialId, producerSeq: this.#producerSeq(entry, window.dialId), atMs: nowMs },
    };
    this.#inFlight.set(entry.id, sent);
    return sent;
  }

  /** Takes an entry out for good: acked, refused, cancelled. */
  settle(id: string): OutboxEntry | null {
    const entry = this.get(id);
    if (entry === null) return null;
    if (!this.#inFlight.delete(id) && !this.#unconfirmed.delete(id)) {
      this.#queue = this.#queue.filter((queued) => queued.id !== id);
    }
    this.#sizeBytes -= entry.sizeBytes;
    return entry;
  }

  /** The server did not take it: it goes back to its place, to be sent again in order. */
  putBack(id: string): OutboxEntry | null {
    const entry = this.#inFlight.get(id) ?? this.#unconfirmed.get(id);
    if (entry === undefined) return null;
    this.#inFlight.delete(id);
    this.#unconfirmed.delete(id);
    const queued: OutboxEntry = { ...entry, status: 'queued' };
    const index = this.#queue.findIndex((other) => other.order > entry.order);
    this.#queue.splice(index === -1 ? this.#queue.length : index, 0, queued);
    return queued;
  }

  /** The connection ended. What was in flight is unconfirmed until the next one settles it. */
  loseConnection(): readonly OutboxEntry[] {
    const lost = [...this.#inFlight.values()].map((entry): OutboxEntry => ({ ...entry, status: 'unconfirmed' }));
    this.#inFlight.clear();
    for (const entry of lost) this.#unconfirmed.set(entry.id, entry);
    return lost;
  }

  /** Every unconfirmed entry goes back to the front, in order: the server drops what it has already. */
  requeueUnconfirmed(): readonly OutboxEntry[] {
    return [...this.#unconfirmed.keys()].flatMap((id) => this.putBack(id) ?? []);
  }

  get(id: string): OutboxEntry | null {
    return this.#inFlight.get(id) ?? this.#unconfirmed.get(id) ?? this.#queue.find((entry) => entry.id === id) ?? null;
  }

  /** Every entry, in the order of their sending. */
  list(): readonly OutboxEntry[] {
    return [...this.#unconfirmed.values(), ...this.#inFlight.values(), ...this.#queue].sort(
      (a, b) => a.order - b.order,
    );
  }

  oldestInFlight(): OutboxEntry | null {
    return this.#inFlight.values().next().value ?? null;
  }

  /** Clears everything, the count of each conversation too, and tells what it was. */
  clear(): readonly OutboxEntry[] {
    const entries = this.list();
    this.#queue = [];
    this.#inFlight.clear();
    this.#unconfirmed.clear();
    this.#producerSeqs.clear();
    this.#sizeBytes = 0;
    return entries;
  }

  get count(): number {
    return this.#queue.length + this.#inFlight.size + this.#unconfirmed.size;
  }

  get queuedCount(): number {
    return this.#queue.length;
  }

  /** Entries handed to a connection and not settled. */
  get inFlightCount(): number {
    return this.#inFlight.size + this.#unconfirmed.size;
  }

  #firstOfQuietConversation(): number {
    const busy = new Set([...this.#inFlight.values()].map((entry) => entry.conversationId));
    return this.#queue.findIndex((entry) => !busy.has(entry.conversationId));
  }

  /** A resend on the same connection keeps its number; a new connection counts from 1 again. */
  #producerSeq(entry: OutboxEntry, dialId: DialId): number {
    if (this.#producerDialId !== dialId) {
      this.#producerDialId = dialId;
      this.#producerSeqs.clear();
    }
    if (entry.sent?.dialId === dialId) return entry.sent.producerSeq;
    const seq = (this.#producerSeqs.get(entry.conversationId) ?? 0) + 1;
    this.#producerSeqs.set(entry.conversationId, seq);
    return seq;
  }
}
