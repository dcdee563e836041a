/** The rows of one conversation: confirmed ones by `seq` (or arrival), own pending ones at the tail, capped. */

import type { MessageId, MessageRow } from '../message.js';

/** Evicted rows leave the array this many at a time, so that an append stays cheap. */
const COMPACT_EVERY = 256;

/** An own message that is not confirmed. */
export type OwnRow = MessageRow & { readonly clientMessageId: string };

export class History {
  readonly #rowsMax: number;
  /** Confirmed rows in order; those before `#start` are evicted. */
  #confirmed: MessageRow[] = [];
  #start = 0;
  /** Rows that have left since the maps were copied. A copy is worth it once for all that they hold, not more often. */
  #mapsStale = 0;
  /** The confirmed rows by their ids: most messages are new, and that must be cheap to see. */
  #byId = new Map<MessageId, MessageRow>();
  /** And by what their senders named them, which tells a second copy of what is shown, however long that has been. */
  #byClientId = new Map<string, MessageRow>();
  /** Own messages that the server has not confirmed, by their client id, in the order of their sending. */
  #pending = new Map<string, OwnRow>();
  #view: readonly MessageRow[] | null = null;
  /** From this number on all is shown; rows before it stand alone. Null where there are no numbers. */
  fromSeq: number | null = null;
  #hasEvicted = false;
  #keepsAll = false;

  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax;
  }

  /** All rows in the order shown; the same array until something changed. */
  get rows(): readonly MessageRow[] {
    this.#view ??= [...this.#confirmed.slice(this.#start), ...this.#pending.values()];
    return this.#view;
  }

  /** Rows that were kept when others behind them were evicted. */
  get alone(): readonly MessageRow[] {
    let end = this.#start;
    while (this.isBefore(this.#confirmed[end]?.seq ?? null)) end += 1;
    return this.#confirmed.slice(this.#start, end);
  }

  isBefore(seq: number | null): boolean {
    return seq !== null && this.fromSeq !== null && seq < this.fromSeq;
  }

  /** Rows have left from the old end since it was last filled from there. */
  get hasEvicted(): boolean {
    return this.#hasEvicted;
  }

  /** While an older page is on its way nothing is evicted: the page would not fit what is left. */
  keepAll(keepsAll: boolean): void {
    this.#keepsAll = keepsAll;
  }

  find(id: MessageId): MessageRow | null {
    return this.#byId.get(id) ?? null;
  }

  findPending(clientMessageId: string): OwnRow | null {
    return this.#pending.get(clientMessageId) ?? null;
  }

  findByClientId(clientMessageId: string): MessageRow | null {
    return this.#pending.get(clientMessageId) ?? this.#byClientId.get(clientMessageId) ?? null;
  }

  findBySeq(seq: number): MessageRow | null {
    for (let index = this.#confirmed.length - 1; index >= this.#start; index -= 1) {
      const row = this.#confirmed[index];
      if (row === undefined || row.seq === null) continue;
      if (row.seq <= seq) return row.seq === seq ? row : null;
    }
    return null;
  }

  /** Its id or its place is taken. */
  holds({ id, seq }: MessageRow): boolean {
    return (id !== null && this.find(id) !== null) || (seq !== null && this.findBySeq(seq) !== null);
  }

  pending(): readonly OwnRow[] {
    return [...this.#pending.values()];
  }

  /** Adds or changes an own message that is not confirmed. */
  setPending(row: OwnRow): void {
    this.#pending.set(row.clientMessageId, row);
    this.#view = null;
  }

  dropPending(clientMessageId: string): void {
    if (this.#pending.delete(clientMessageId)) this.#view = null;
    // As the outbox does with its entries.
    if (this.#pending.size === 0) this.#pending = new Map();
  }

  /** Puts a confirmed row at the place of its number; if it has none, before that row, or at the end. */
  insert(row: MessageRow, beforeId: MessageId | null = null): void {
    const index = this.#placeFor(row, beforeId);
    if (index === this.#confirmed.length) this.#confirmed.push(row);
    else this.#confirmed.splice(index, 0, row);
    this.#remember(row);
    // Two for one: what an older page brought beyond the cap goes again as new rows come.
    if (!this.#keepsAll) for (let count = 0; count < 2; count += 1) this.#evict();
    this.#view = null;
  }

  /** A row stands before another one, both of which are shown. */
  putBefore(id: MessageId, nextId: MessageId): void {
    const index = this.#indexOf(id);
    const nextIndex = this.#indexOf(nextId);
    if (index <= nextIndex) return;
    this.#confirmed.splice(nextIndex, 0, ...this.#confirmed.splice(index, 1));
    this.#view = null;
  }

  /** Puts older rows in front, beyond the cap: the user asked for them. From `fromSeq` on all is shown then. */
  prepend(rows: readonly MessageRow[], fromSeq: number | null): void {
    const { alone } = this;
    const front = [...alone, ...rows].sort((one, other) => (one.seq ?? 0) - (other.seq ?? 0));
    this.#confirmed = [...front, ...this.#confirmed.slice(this.#start + alone.length)];
    this.#start = 0;
    this.fromSeq = fromSeq;
    this.#hasEvicted = false;
    for (const row of rows) this.#remember(row);
    this.#view = null;
  }

  replace(id: MessageId, row: MessageRow): void {
    const index = this.#indexOf(id);
    if (index === -1) return;
    this.#confirmed[index] = row;
    this.#remember(row);
    this.#view = null;
  }

  remove(id: MessageId): void {
    const index = this.#indexOf(id);
    if (index === -1) return;
    this.#forget(this.#confirmed.splice(index, 1)[0]);
    this.#view = null;
  }

  /** All confirmed rows give way, as those do that are evicted: not while they grow. */
  giveWay(): void {
    const rows = this.#confirmed.slice(this.#start);
    this.#confirmed = rows.filter(isGrowing);
    this.#start = 0;
    for (const row of rows) if (!isGrowing(row)) this.#forget(row);
    this.#view = null;
  }

  /** Forgets what is confirmed; own pending messages stay. */
  reset(): void {
    this.#confirmed = [];
    this.#start = 0;
    this.#byId.clear();
    this.#byClientId.clear();
    this.#hasEvicted = false;
    this.fromSeq = null;
    this.#view = null;
  }

  #remember(row: MessageRow): void {
    if (row.id !== null) this.#byId.set(row.id, row);
    if (row.clientMessageId !== null) this.#byClientId.set(row.clientMessageId, row);
  }

  #forget(row: MessageRow | undefined): void {
    if (row === undefined || row.id === null) return;
    this.#byId.delete(row.id);
    const { clientMessageId } = row;
    // Two senders may choose the same name.
    if (clientMessageId !== null && this.#byClientId.get(clientMessageId)?.id === row.id) {
      this.#byClientId.delete(clientMessageId);
    }
  }

  #indexOf(id: MessageId): number {
    if (!this.#byId.has(id)) return -1;
    for (let index = this.#confirmed.length - 1; index >= this.#start; index -= 1) {
      if (this.#confirmed[index]?.id === id) return index;
    }
    return -1;
  }

  #placeFor(row: MessageRow, beforeId: MessageId | null): number {
    if (row.seq === null) {
      const before = beforeId === null ? -1 : this.#indexOf(beforeId);
      return before === -1 ? this.#confirmed.length : before;
    }
    let place = this.#confirmed.length;
    for (let index = place - 1; index >= this.#start; index -= 1) {
      const seq = this.#confirmed[index]?.seq ?? null;
      // Rows without a number do not hide those in front of them.
      if (seq !== null && seq < row.seq) break;
      if (seq !== null) place = index;
    }
    return place;
  }

  /**
   * The oldest row goes first, but never an answer that is still growing. When it is done it may stand alone before the
   * rest, for a row must not vanish just when it is complete; the next new row takes it along.
   */
  #evict(): void {
    if (this.#confirmed.length - this.#start <= this.#rowsMax) return;
    this.#hasEvicted = true;
    const oldest = this.#confirmed[this.#start];
    if (oldest !== undefined && isGrowing(oldest)) {
      const victim = this.#confirmed.findIndex((row, index) => index > this.#start && !isGrowing(row));
      // The newest row stays, even beyond the cap: nobody has seen it yet.
      if (victim !== -1 && victim < this.#confirmed.length - 1) this.#leave(this.#confirmed.splice(victim, 1)[0]);
      return;
    }
    this.#leave(oldest);
    this.#start += 1;
    if (this.#start < COMPACT_EVERY) return;
    this.#confirmed = this.#confirmed.slice(this.#start);
    this.#mapsStale += this.#start;
    this.#start = 0;
    if (this.#mapsStale < this.#confirmed.length) return;
    this.#mapsStale = 0;
    // Maps that are copied leave the tables behind that they have outgrown, which an engine keeps, with all in them.
    this.#byId = new Map(this.#byId);
    this.#byClientId = new Map(this.#byClientId);
  }

  /** Only what comes after a row that is evicted is sure to be whole. */
  #leave(row: MessageRow | undefined): void {
    this.#forget(row);
    const seq = row?.seq ?? null;
    if (seq !== null) this.fromSeq = Math.max(this.fromSeq ?? 0, seq + 1);
  }
}

function isGrowing({ stream }: MessageRow): boolean {
  return stream === 'streaming' || stream === 'stalled';
}
