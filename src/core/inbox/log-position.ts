/** Where a conversation stands in the server's log, and the early events that wait for the ones before them. */

import type { Cursor } from '../frame.js';

/** What to do with an event that carries a number. */
export type Placement = 'next' | 'known' | 'early' | 'other-epoch';

export class LogPosition<Event> {
  readonly #earlyMax: number;
  readonly #early = new Map<number, Event>();
  #cursor: Cursor | null = null;
  #isJoining = false;

  constructor(earlyMax: number) {
    this.#earlyMax = earlyMax;
  }

  /** The last number applied; null before the first join, and where the server told none. */
  get cursor(): Cursor | null {
    return this.#cursor;
  }

  /** From here until `settle`, live events wait for what the join brings. */
  startJoin(): void {
    this.#isJoining = true;
    this.#early.clear();
  }

  place(epoch: string | null, seq: number): Placement {
    if (this.#isJoining) return 'early';
    // A server that told no place in its log gives its numbers for order alone.
    if (this.#cursor === null) return 'next';
    if (epoch !== null && epoch !== this.#cursor.epoch) return 'other-epoch';
    if (seq <= this.#cursor.seq) return 'known';
    return seq === this.#cursor.seq + 1 ? 'next' : 'early';
  }

  /** Keeps an early event; one too many is dropped, and comes back with the join that fills the hole. */
  hold(seq: number, event: Event): void {
    if (this.#early.size < this.#earlyMax) this.#early.set(seq, event);
  }

  /** Moves over one event that was applied; the cursor never moves over a hole. */
  advance(seq: number): void {
    if (this.#cursor !== null && seq === this.#cursor.seq + 1) this.#cursor = { ...this.#cursor, seq };
  }

  /** The join brought everything up to here. */
  settle(cursor: Cursor | null): void {
    this.#isJoining = false;
    if (cursor === null) return;
    this.#cursor = cursor;
    for (const seq of this.#early.keys()) if (seq <= cursor.seq) this.#early.delete(seq);
  }

  /** The early event whose turn it is; null if none is. */
  takeReady(): { readonly seq: number; readonly event: Event } | null {
    if (this.#cursor === null || this.#isJoining) return null;
    const seq = this.#cursor.seq + 1;
    const event = this.#early.get(seq);
    if (event === undefined) return null;
    this.#early.delete(seq);
    return { seq, event };
  }

  /** Early events wait, and the one before them is missing. */
  get hasHole(): boolean {
    return this.#cursor !== null && !this.#isJoining && this.#early.size > 0;
  }
}
