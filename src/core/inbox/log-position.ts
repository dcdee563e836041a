/** Where a conversation stands in the server's log, and the early events that wait for the ones before them. */

import type { Cursor } from '../frame.js';

/** 1 MiB of UTF-16 code units. */
const HELD_CHARS_MAX = 524_288;
/** A number farther ahead than this is left to a join, which knows the real head; a wrong one costs no more than that. */
const JUMP_MAX = 1_000;

/** What to do with an event that carries a number; `far` is too early to wait for what lies between. */
export type Placement = 'next' | 'known' | 'early' | 'far' | 'other-epoch';

/** Both ends belong to it. */
export interface SeqRange {
  readonly fromSeq: number;
  readonly toSeq: number;
}

/** A numbered event, and how much it holds. */
export interface NumberedEvent<Event> {
  readonly epoch: string | null;
  readonly seq: number;
  readonly event: Event;
  /** UTF-16 code units. */
  readonly sizeChars: number;
}

export class LogPosition<Event> {
  readonly #heldMax: number;
  readonly #held = new Map<number, NumberedEvent<Event>>();
  #heldChars = 0;
  /** The highest number that the server is known to have given out; 0 before any. */
  #headSeq = 0;
  #cursor: Cursor | null = null;
  #isJoining = false;

  constructor(heldMax: number) {
    this.#heldMax = heldMax;
  }

  /** The last number applied; null before the first join, and where the server told none. */
  get cursor(): Cursor | null {
    return this.#cursor;
  }

  /** Something before the head is missing, and no join is under way to bring it. */
  get hasHole(): boolean {
    return this.#cursor !== null && !this.#isJoining && this.#headSeq > this.#cursor.seq;
  }

  /** What is missing next, up to the first event that is here. */
  get hole(): SeqRange | null {
    if (this.#cursor === null || !this.hasHole) return null;
    const heldSeq = this.firstHeldSeq;
    return { fromSeq: this.#cursor.seq + 1, toSeq: heldSeq === null ? this.#headSeq : heldSeq - 1 };
  }

  get hasHeld(): boolean {
    return this.#held.size > 0;
  }

  /** The first early event; its being here is proof of the numbers before it. */
  get firstHeldSeq(): number | null {
    let firstSeq: number | null = null;
    for (const seq of this.#held.keys()) if (firstSeq === null || seq < firstSeq) firstSeq = seq;
    return firstSeq;
  }

  /** From here until `settle`, live events wait for what the join brings. */
  startJoin(): void {
    this.#isJoining = true;
    this.#headSeq = 0;
    this.#dropHeld();
  }

  place(epoch: string | null, seq: number): Placement {
    if (this.#isJoining) return 'early';
    // A server that told no place in its log gives its numbers for order alone.
    if (this.#cursor === null) return 'next';
    if (epoch !== null && epoch !== this.#cursor.epoch) return 'other-epoch';
    const distance = seq - this.#cursor.seq;
    if (distance <= 0) return 'known';
    if (distance === 1) return 'next';
    return distance > JUMP_MAX ? 'far' : 'early';
  }

  /** Keeps an early event. One too many and all are dropped: the head stays known, and the way there is asked for. */
  hold(early: NumberedEvent<Event>): void {
    const { seq, sizeChars } = early;
    this.#headSeq = Math.max(this.#headSeq, seq);
    if (this.#held.has(seq)) return;
    const isFull = this.#held.size >= this.#heldMax || this.#heldChars + sizeChars > HELD_CHARS_MAX;
    if (isFull) return this.#dropHeld();
    this.#held.set(seq, early);
    this.#heldChars += sizeChars;
  }

  /** The answer to a join waits for what it leaves out, like an event that came early. */
  defer(early: NumberedEvent<Event>, headSeq: number): void {
    this.settle(this.#cursor);
    const held = this.#held.get(early.seq);
    if (held !== undefined) this.#release(held);
    this.hold(early);
    this.#headSeq = Math.max(this.#headSeq, headSeq);
  }

  /** Moves over one event that was applied; the cursor never moves over a hole. */
  advance(seq: number): void {
    if (this.#cursor !== null && seq === this.#cursor.seq + 1) this.#cursor = { epoch: this.#cursor.epoch, seq };
  }

  /** The server has no more of the numbers up to here. */
  skipTo(seq: number): void {
    if (this.#cursor !== null) this.#cursor = { epoch: this.#cursor.epoch, seq };
  }

  /** The server said how far its log goes. True if that is too far for anything but a join. */
  noteHead(seq: number): boolean {
    if (this.#cursor === null || this.#isJoining) return false;
    if (seq - this.#cursor.seq > JUMP_MAX) return true;
    this.#headSeq = Math.max(this.#headSeq, seq);
    return false;
  }

  /** The join brought everything up to here. What waits from another log, or from nowhere near, is none of it. */
  settle(cursor: Cursor | null): void {
    this.#isJoining = false;
    if (cursor === null) return;
    this.#cursor = cursor;
    this.#headSeq = cursor.seq;
    for (const early of this.#held.values()) {
      const isOurs = early.epoch === null || early.epoch === cursor.epoch;
      const distance = early.seq - cursor.seq;
      if (!isOurs || distance <= 0 || distance > JUMP_MAX) this.#release(early);
      else this.#headSeq = Math.max(this.#headSeq, early.seq);
    }
  }

  /** The early event whose turn it is; null if none is. Without a place in the log it is the first of them. */
  takeReady(): NumberedEvent<Event> | null {
    if (this.#held.size === 0 || this.#isJoining) return null;
    const seq = this.#cursor === null ? this.firstHeldSeq : this.#cursor.seq + 1;
    const early = seq === null ? undefined : this.#held.get(seq);
    if (early === undefined) return null;
    this.#release(early);
    return early;
  }

  #release({ seq, sizeChars }: NumberedEvent<Event>): void {
    this.#held.delete(seq);
    this.#heldChars -= sizeChars;
  }

  #dropHeld(): void {
    this.#held.clear();
    this.#heldChars = 0;
  }
}
