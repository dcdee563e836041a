/** Messages on their way out: kept in the order they were sent until the server has them, or never will. */

import type { DialId } from '../connection/state.js';
import { Lanes } from './lanes.js';
import { Line, type Place } from './line.js';
import { Numbering } from './numbering.js';
import { type Draft, isUntouched, type OutboxEntry, toEntry } from './outbox-entry.js';

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
export type Admission =
  | { readonly entry: OutboxEntry; readonly evicted: readonly OutboxEntry[] }
  | { readonly full: 'messages' | 'bytes' };

export class Outbox {
  readonly #bounds: OutboxBounds;
  /** Every entry, by id. Those that are unconfirmed stand in no line. */
  #places = new Map<string, Place>();
  readonly #lanes = new Lanes();
  /** Entries with a connection, in the order of their sending. */
  readonly #inFlight = new Line();
  #queuedCount = 0;
  readonly #numbering = new Numbering();
  #lastOrder = 0;
  #lastPlace = 0;
  /** The last one taken out of a connection's hands, which its ack may still name. */
  #lastSettled: OutboxEntry | null = null;
  #sizeBytes = 0;
  /** Entries that nobody but this client can have sent: they may give way. */
  #untouchedCount = 0;
  #untouchedBytes = 0;

  constructor(bounds: OutboxBounds) {
    this.#bounds = bounds;
  }

  /** Queues a draft behind everything else. What gives way to it was never sent, and is out. */
  admit(draft: Draft | OutboxEntry, keeping: OutboxEntry['keeping']): Admission {
    const full = this.findLack(draft.sizeBytes);
    if (full !== null && !this.#canMakeRoom(draft.sizeBytes)) return { full };
    const evicted = this.#makeRoom(draft.sizeBytes);
    this.#lastOrder = Math.max(this.#lastOrder + 1, draft.queuedAtMs);
    return { entry: this.#hold(toEntry(draft, this.#lastOrder, keeping)), evicted };
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
      const known = this.#places.get(entry.id);
      if (known !== undefined && known.entry.keeping !== 'elsewhere') continue;
      if (known !== undefined) this.#leave(known);
      ceiling = Math.min(entry.order, ceiling - 1);
      this.#lastOrder = Math.max(this.#lastOrder, ceiling);
      adopted.push(this.#hold({ ...entry, order: ceiling }));
    }
    return adopted.reverse();
  }

  /** The next entry that may go out now, marked as sent on `window.dialId`; null if none may. */
  take(window: SendWindow, nowMs: number): OutboxEntry | null {
    let next: Place | null = null;
    for (const head of this.#openHeads(window)) {
      const isFree = head.entry.keeping === 'cleared' || head.entry.keeping === 'elsewhere';
      if (isFree && (next === null || head.entry.order < next.entry.order)) next = head;
    }
    if (next === null) return null;
    const { dialId } = window;
    const { producerSeq, numbering } = this.#numbering.number(next.entry, dialId);
    this.#lastPlace += 1;
    const sent = { dialId, producerSeq, numbering, place: this.#lastPlace, atMs: nowMs };
    const transmittedAtMs = next.entry.transmittedAtMs ?? nowMs;
    return this.#move(next, { ...next.entry, status: 'sending', transmittedAtMs, sent });
  }

  /** Entries that go out next, once the store has noted that they may have been sent. */
  nextToClear(window: SendWindow): readonly OutboxEntry[] {
    const next: OutboxEntry[] = [];
    for (const head of this.#openHeads(window)) {
      let place: Place | null = head;
      for (let left = window.keepsOrder ? window.inFlightMax : 1; left > 0 && place !== null; left -= 1) {
        if (place.entry.keeping === 'kept') next.push(place.entry);
        place = place.after;
      }
    }
    return next.sort((a, b) => a.order - b.order);
  }

  setKeeping(id: string, keeping: OutboxEntry['keeping']): void {
    const place = this.#places.get(id);
    if (place === undefined) return;
    this.#count(place.entry, -1);
    place.entry = { ...place.entry, keeping };
    this.#count(place.entry, 1);
  }

  /** Changes the words of an entry that no connection ever had; null, and nothing is changed, if it is none or too big. */
  edit(id: string, content: string, sizeBytes: number): OutboxEntry | null {
    const place = this.#places.get(id);
    if (place === undefined || !isUntouched(place.entry)) return null;
    if (this.#sizeBytes - place.entry.sizeBytes + sizeBytes > this.#bounds.bytesMax) return null;
    return this.#move(place, { ...place.entry, content, sizeBytes });
  }

  /** Takes an entry out for good: acked, refused, cancelled. */
  settle(id: string): OutboxEntry | null {
    const place = this.#places.get(id);
    if (place === undefined) return null;
    this.#leave(place);
    this.#places.delete(id);
    // A new one: an engine links each table that a map has outgrown to the next, and so keeps all that was ever in them.
    if (this.count === 0) this.#places = new Map();
    if (place.entry.status === 'sending') this.#lastSettled = place.entry;
    return place.entry;
  }

  /** Another sends it from now on: it waits here only to be seen. */
  disown(id: string): OutboxEntry | null {
    const place = this.#places.get(id);
    if (place === undefined) return null;
    const { entry } = place;
    // Its number on this connection would never come.
    if (entry.status === 'queued' && entry.sent !== null) this.renumber();
    const transmittedAtMs = entry.transmittedAtMs ?? entry.queuedAtMs;
    return this.#move(place, { ...entry, transmittedAtMs, status: 'unconfirmed', keeping: 'elsewhere' });
  }

  /** The server did not take it, or the user asks again: it goes back to its place, to be sent again in order. */
  putBack(id: string, { transmittedAtMs }: Partial<OutboxEntry> = {}): OutboxEntry | null {
    const place = this.#places.get(id);
    if (place === undefined || place.entry.status === 'queued') return null;
    const since = transmittedAtMs ?? place.entry.transmittedAtMs;
    return this.#move(place, { ...place.entry, transmittedAtMs: since, status: 'queued' });
  }

  /** The connection ended. What was in flight is unconfirmed until the next one settles it. */
  loseConnection(): readonly OutboxEntry[] {
    return this.#inFlight.places().map((place) => this.#move(place, { ...place.entry, status: 'unconfirmed' }));
  }

  get(id: string): OutboxEntry | null {
    return this.#places.get(id)?.entry ?? null;
  }

  /** Every entry, in the order of their sending. */
  list(): readonly OutboxEntry[] {
    return Array.from(this.#places.values(), ({ entry }) => entry).sort((a, b) => a.order - b.order);
  }

  oldestInFlight(): OutboxEntry | null {
    return this.#inFlight.first?.entry ?? null;
  }

  /** What was sent on the same connection before this one, and has no answer; in the order of their sending. */
  sentBefore(id: string): readonly OutboxEntry[] {
    const entry = this.#lastSettled?.id === id ? this.#lastSettled : this.get(id);
    const sent = entry?.status === 'sending' ? entry.sent : null;
    if (sent === null) return [];
    const others = this.#inFlight.places().map((place) => place.entry);
    return others.filter((other) => other.sent?.dialId === sent.dialId && other.sent.place < sent.place);
  }

  /** Entries whose connection ended before their ack. */
  unconfirmed(): readonly OutboxEntry[] {
    return this.list().filter(({ status }) => status === 'unconfirmed');
  }

  /** Counts anew in every conversation, under another name: a server waits for numbers that it will never get. */
  renumber(): void {
    this.#numbering.restart();
  }

  /** Clears everything, the count of each conversation too, and tells what it was. */
  clear(): readonly OutboxEntry[] {
    const entries = this.list();
    for (const place of this.#places.values()) this.#leave(place);
    this.#places.clear();
    this.renumber();
    return entries;
  }

  get count(): number {
    return this.#places.size;
  }

  get queuedCount(): number {
    return this.#queuedCount;
  }

  /** Entries handed to a connection and not settled. */
  get inFlightCount(): number {
    return this.#places.size - this.#queuedCount;
  }

  #hold(entry: OutboxEntry): OutboxEntry {
    const place: Place = { entry, before: null, after: null };
    this.#places.set(entry.id, place);
    this.#enter(place);
    return entry;
  }

  /** The bound that one more message would break. */
  findLack(sizeBytes: number): 'messages' | 'bytes' | null {
    if (this.count >= this.#bounds.messagesMax) return 'messages';
    return this.#sizeBytes + sizeBytes > this.#bounds.bytesMax ? 'bytes' : null;
  }

  #move(place: Place, entry: OutboxEntry): OutboxEntry {
    this.#leave(place);
    place.entry = entry;
    this.#enter(place);
    return entry;
  }

  #enter(place: Place): void {
    const { entry } = place;
    this.#count(entry, 1);
    if (entry.status === 'sending') this.#inFlight.append(place);
    if (entry.status === 'queued') this.#lanes.add(place);
  }

  #leave(place: Place): void {
    const { entry } = place;
    this.#count(entry, -1);
    if (entry.status === 'sending') this.#inFlight.remove(place);
    if (entry.status === 'queued') this.#lanes.remove(place);
  }

  #count(entry: OutboxEntry, sign: 1 | -1): void {
    this.#sizeBytes += sign * entry.sizeBytes;
    if (entry.status === 'queued') this.#queuedCount += sign;
    if (!isUntouched(entry)) return;
    this.#untouchedCount += sign;
    this.#untouchedBytes += sign * entry.sizeBytes;
  }

  #canMakeRoom(sizeBytes: number): boolean {
    const { messagesMax, bytesMax, overflow } = this.#bounds;
    if (overflow !== 'drop-oldest' || this.count - this.#untouchedCount >= messagesMax) return false;
    return this.#sizeBytes - this.#untouchedBytes + sizeBytes <= bytesMax;
  }

  #makeRoom(sizeBytes: number): readonly OutboxEntry[] {
    const evicted: OutboxEntry[] = [];
    while (this.findLack(sizeBytes) !== null) {
      const oldest = this.settle(this.#oldestUntouched()?.id ?? '');
      if (oldest !== null) evicted.push(oldest);
    }
    return evicted;
  }

  #oldestUntouched(): OutboxEntry | null {
    let oldest: OutboxEntry | null = null;
    for (const head of this.#lanes.heads()) {
      let place: Place | null = head;
      while (place !== null && !isUntouched(place.entry)) place = place.after;
      if (place !== null && (oldest === null || place.entry.order < oldest.order)) oldest = place.entry;
    }
    return oldest;
  }

  /** The first of every conversation that may send now. */
  #openHeads({ inFlightMax, keepsOrder }: SendWindow): readonly Place[] {
    if (this.#inFlight.length >= inFlightMax) return [];
    // Those of the old counting may still come back, and must not be overtaken.
    const oldest = this.oldestInFlight();
    if (keepsOrder && oldest !== null && oldest.sent?.numbering !== this.#numbering.current) return [];
    if (keepsOrder) return this.#lanes.heads();
    const busy = this.#inFlight.places().map((place) => place.entry.conversationId);
    return this.#lanes.heads().filter(({ entry }) => !busy.includes(entry.conversationId));
  }
}
