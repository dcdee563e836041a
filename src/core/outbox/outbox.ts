/** Messages on their way out: kept in the order they were sent until the server has them, or never will. */

import type { DialId } from '../connection/state.js';
import { Lanes, type Waiting } from './lanes.js';
import { Numbering } from './numbering.js';
import type { Draft, OutboxEntry } from './outbox-entry.js';

export interface OutboxBounds {
  readonly messagesMax: number;
  readonly bytesMax: number;
  readonly overflow: 'reject-new' | 'drop-oldest' | 'drop-newest';
}

export interface SendWindow {
  readonly dialId: DialId;
  readonly inFlightMax: number;
  /** Without it a second message of a conversation waits for the first one's ack. */
  readonly keepsOrder: boolean;
}

/** What became of a draft: taken, with what gave way to it; or the bound that it would break. */
export type Admission = { readonly evicted: readonly OutboxEntry[] } | { readonly full: 'messages' | 'bytes' };

export class Outbox {
  readonly #bounds: OutboxBounds;
  readonly #lanes = new Lanes();
  /** The places of queued entries, by id. */
  readonly #queued = new Map<string, Waiting>();
  /** Entries with a connection, in the order of their sending. */
  readonly #inFlight = new Map<string, OutboxEntry>();
  /** Entries whose connection ended before their ack. */
  readonly #unconfirmed = new Map<string, OutboxEntry>();
  readonly #numbering = new Numbering();
  #lastOrder = 0;
  #lastPlace = 0;
  /** The last one taken out of a connection's hands, which its ack may still name. */
  #lastSettled: OutboxEntry | null = null;
  #sizeBytes = 0;
  /** Entries that no connection ever had: they may give way. */
  #untouchedCount = 0;
  #untouchedBytes = 0;

  constructor(bounds: OutboxBounds) {
    this.#bounds = bounds;
  }

  /** Queues a draft behind everything else. What gives way to it was never sent, and is out. */
  admit(draft: Draft | OutboxEntry, keeping: OutboxEntry['keeping']): Admission {
    const full = this.#findLack(draft.sizeBytes);
    const evicted: OutboxEntry[] = [];
    if (full !== null) {
      if (this.#bounds.overflow !== 'drop-oldest' || !this.#canMakeRoom(draft.sizeBytes)) return { full };
      while (this.#findLack(draft.sizeBytes) !== null) {
        const oldest = this.settle(this.#oldestUntouched()?.id ?? '');
        if (oldest !== null) evicted.push(oldest);
      }
    }
    this.#lastOrder = Math.max(this.#lastOrder + 1, draft.queuedAtMs);
    this.#enter({ transmittedAtMs: null, sent: null, ...draft, status: 'queued', order: this.#lastOrder, keeping });
    return { evicted };
  }

  /**
   * Takes over messages of an earlier life, in their order: before everything that is here if it is the `first` time,
   * else by when they were sent. What may have been sent is unconfirmed. Bounds are for new messages.
   */
  adopt(entries: readonly OutboxEntry[], isFirst: boolean): readonly OutboxEntry[] {
    let ceiling = Number.POSITIVE_INFINITY;
    if (isFirst) for (const { entry } of this.#lanes.heads()) ceiling = Math.min(ceiling, entry.order);
    const adopted: OutboxEntry[] = [];
    for (const entry of [...entries].reverse()) {
      if (this.get(entry.id)?.keeping === 'elsewhere') this.#leave(entry.id);
      if (this.get(entry.id) !== null) continue;
      ceiling = Math.min(entry.order, ceiling - 1);
      this.#lastOrder = Math.max(this.#lastOrder, ceiling);
      adopted.unshift({ ...entry, order: ceiling });
    }
    for (const entry of adopted) this.#enter(entry);
    return adopted;
  }

  /** The next entry that may go out now, marked as sent on `window.dialId`; null if none may. */
  take(window: SendWindow, nowMs: number): OutboxEntry | null {
    let entry: OutboxEntry | null = null;
    for (const { entry: head } of this.#openHeads(window)) {
      if (head.keeping === 'cleared' && (entry === null || head.order < entry.order)) entry = head;
    }
    if (entry === null) return null;
    this.#leave(entry.id);
    this.#lastPlace += 1;
    const producerSeq = this.#numbering.numberOf(entry, window.dialId);
    const { current: numbering } = this.#numbering;
    const sent: OutboxEntry = {
      ...entry,
      status: 'sending',
      transmittedAtMs: entry.transmittedAtMs ?? nowMs,
      sent: { dialId: window.dialId, producerSeq, numbering, place: this.#lastPlace, atMs: nowMs },
    };
    this.#enter(sent);
    return sent;
  }

  /** Entries that go out next, once the store has noted that they may have been sent. */
  nextToClear(window: SendWindow): readonly OutboxEntry[] {
    const next: OutboxEntry[] = [];
    for (const head of this.#openHeads(window)) {
      let place: Waiting | null = head;
      for (let left = window.keepsOrder ? window.inFlightMax : 1; left > 0 && place !== null; left -= 1) {
        if (place.entry.keeping === 'kept') next.push(place.entry);
        place = place.after;
      }
    }
    return next.sort((a, b) => a.order - b.order);
  }

  setKeeping(id: string, keeping: OutboxEntry['keeping']): void {
    const place = this.#queued.get(id);
    if (place !== undefined) place.entry = { ...place.entry, keeping };
  }

  /** Changes the words of an entry that no connection ever had; null, and nothing is changed, if it is none or too big. */
  edit(id: string, content: string, sizeBytes: number): OutboxEntry | null {
    const entry = this.#queued.get(id)?.entry;
    if (entry === undefined || !isUntouched(entry)) return null;
    if (this.#sizeBytes - entry.sizeBytes + sizeBytes > this.#bounds.bytesMax) return null;
    this.#leave(id);
    const edited: OutboxEntry = { ...entry, content, sizeBytes };
    this.#enter(edited);
    return edited;
  }

  /** Takes an entry out for good: acked, refused, cancelled. */
  settle(id: string): OutboxEntry | null {
    const entry = this.#leave(id);
    if (entry?.status === 'sending') this.#lastSettled = entry;
    return entry;
  }

  /** Another sends it from now on: it waits here only to be seen. */
  disown(id: string, nowMs: number): OutboxEntry | null {
    const entry = this.#leave(id);
    if (entry === null) return null;
    // Its number on this connection would never come.
    if (entry.status === 'queued' && entry.sent !== null) this.renumber();
    const transmittedAtMs = entry.transmittedAtMs ?? nowMs;
    const disowned: OutboxEntry = { ...entry, transmittedAtMs, status: 'unconfirmed', keeping: 'elsewhere' };
    this.#enter(disowned);
    return disowned;
  }

  /** The server did not take it, or the user asks again: it goes back to its place, to be sent again in order. */
  putBack(id: string, { transmittedAtMs }: Partial<OutboxEntry> = {}): OutboxEntry | null {
    const entry = this.#inFlight.get(id) ?? this.#unconfirmed.get(id);
    if (entry === undefined || entry.keeping === 'elsewhere') return null;
    this.#leave(id);
    const queued: OutboxEntry = {
      ...entry,
      transmittedAtMs: transmittedAtMs ?? entry.transmittedAtMs,
      status: 'queued',
    };
    this.#enter(queued);
    return queued;
  }

  /** The connection ended. What was in flight is unconfirmed until the next one settles it. */
  loseConnection(): readonly OutboxEntry[] {
    const lost = [...this.#inFlight.values()].map((entry): OutboxEntry => ({ ...entry, status: 'unconfirmed' }));
    this.#inFlight.clear();
    for (const entry of lost) this.#unconfirmed.set(entry.id, entry);
    return lost;
  }

  get(id: string): OutboxEntry | null {
    return this.#inFlight.get(id) ?? this.#unconfirmed.get(id) ?? this.#queued.get(id)?.entry ?? null;
  }

  /** Every entry, in the order of their sending. */
  list(): readonly OutboxEntry[] {
    const queued = [...this.#queued.values()].map(({ entry }) => entry);
    return [...this.#unconfirmed.values(), ...this.#inFlight.values(), ...queued].sort((a, b) => a.order - b.order);
  }

  oldestInFlight(): OutboxEntry | null {
    return this.#inFlight.values().next().value ?? null;
  }

  /** What was sent on the same connection before this one, and has no answer; in the order of their sending. */
  sentBefore(id: string): readonly OutboxEntry[] {
    const settled = this.#lastSettled?.id === id ? this.#lastSettled : null;
    const sent = (this.#inFlight.get(id) ?? settled)?.sent ?? null;
    if (sent === null) return [];
    return [...this.#inFlight.values()].filter(
      (entry) => entry.sent?.dialId === sent.dialId && entry.sent.place < sent.place,
    );
  }

  unconfirmed(): readonly OutboxEntry[] {
    return [...this.#unconfirmed.values()].sort((a, b) => a.order - b.order);
  }

  /** Counts anew in every conversation, under another name: a server waits for numbers that it will never get. */
  renumber(): void {
    this.#numbering.restart();
  }

  /** Clears everything, the count of each conversation too, and tells what it was. */
  clear(): readonly OutboxEntry[] {
    const entries = this.list();
    this.#lanes.clear();
    for (const places of [this.#queued, this.#inFlight, this.#unconfirmed]) places.clear();
    this.renumber();
    this.#sizeBytes = 0;
    this.#untouchedCount = 0;
    this.#untouchedBytes = 0;
    return entries;
  }

  get count(): number {
    return this.#lanes.count + this.inFlightCount;
  }

  get queuedCount(): number {
    return this.#lanes.count;
  }

  /** Entries handed to a connection and not settled. */
  get inFlightCount(): number {
    return this.#inFlight.size + this.#unconfirmed.size;
  }

  #enter(entry: OutboxEntry): void {
    if (entry.status === 'queued') this.#queued.set(entry.id, this.#lanes.add(entry));
    else (entry.status === 'sending' ? this.#inFlight : this.#unconfirmed).set(entry.id, entry);
    this.#count(entry, 1);
  }

  #leave(id: string): OutboxEntry | null {
    const entry = this.get(id);
    if (entry === null) return null;
    const place = this.#queued.get(id);
    if (place !== undefined) this.#lanes.remove(place);
    this.#queued.delete(id);
    this.#inFlight.delete(id);
    this.#unconfirmed.delete(id);
    this.#count(entry, -1);
    return entry;
  }

  #count(entry: OutboxEntry, sign: 1 | -1): void {
    this.#sizeBytes += sign * entry.sizeBytes;
    if (!isUntouched(entry)) return;
    this.#untouchedCount += sign;
    this.#untouchedBytes += sign * entry.sizeBytes;
  }

  #findLack(sizeBytes: number): 'messages' | 'bytes' | null {
    if (this.count >= this.#bounds.messagesMax) return 'messages';
    return this.#sizeBytes + sizeBytes > this.#bounds.bytesMax ? 'bytes' : null;
  }

  #canMakeRoom(sizeBytes: number): boolean {
    const { messagesMax, bytesMax } = this.#bounds;
    return (
      this.count - this.#untouchedCount < messagesMax && this.#sizeBytes - this.#untouchedBytes + sizeBytes <= bytesMax
    );
  }

  #oldestUntouched(): OutboxEntry | null {
    let oldest: OutboxEntry | null = null;
    for (const head of this.#lanes.heads()) {
      let place: Waiting | null = head;
      while (place !== null && !isUntouched(place.entry)) place = place.after;
      if (place !== null && (oldest === null || place.entry.order < oldest.order)) oldest = place.entry;
    }
    return oldest;
  }

  /** The first of every conversation that may send now. */
  *#openHeads({ inFlightMax, keepsOrder }: SendWindow): Iterable<Waiting> {
    if (this.#inFlight.size >= inFlightMax) return;
    // Those of the old counting may still come back, and must not be overtaken.
    const oldest = this.oldestInFlight();
    if (keepsOrder && oldest !== null && oldest.sent?.numbering !== this.#numbering.current) return;
    const busy = new Set<string>();
    if (!keepsOrder) for (const { conversationId } of this.#inFlight.values()) busy.add(conversationId);
    for (const head of this.#lanes.heads()) if (!busy.has(head.entry.conversationId)) yield head;
  }
}

/** No connection ever had it, in this life or an earlier one. */
function isUntouched({ status, transmittedAtMs }: OutboxEntry): boolean {
  return status === 'queued' && transmittedAtMs === null;
}
