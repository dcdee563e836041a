/** Numbers of a thread that begin wherever this client came in, as a log that begins at 1. */

/** How long the first number waits for lower ones. */
const FIRST_WAIT_MS = 300;

export class Numbering<Item> {
  #base: number | null = null;
  #waiting: { readonly sequence: number; readonly item: Item }[] = [];
  #waitingSinceMs = 0;
  /** Up to here every place is taken, or nobody waits for it any more. */
  #settled = 0;
  /** Places beyond that are taken. */
  readonly #taken = new Set<number>();

  get settled(): number {
    return this.#settled;
  }

  /** When the log begins; null where it has begun, or nothing was numbered yet. */
  get dueAtMs(): number | null {
    return this.#waiting.length > 0 ? this.#waitingSinceMs + FIRST_WAIT_MS : null;
  }

  /**
   * Takes the place in the log; null where there is none: it lies before the beginning, comes after it was given up, or
   * is taken. `wait`: it comes again with `begin`.
   */
  place(sequence: number, item: Item, nowMs: number): number | null | 'wait' {
    if (this.#base === null && sequence === 1) this.#base = 0;
    if (this.#base === null) {
      if (this.#waiting.length === 0) this.#waitingSinceMs = nowMs;
      this.#waiting.push({ sequence, item });
      return 'wait';
    }
    const seq = sequence - this.#base;
    if (seq <= this.#settled || this.#taken.has(seq)) return null;
    this.#taken.add(seq);
    this.#settle();
    return seq;
  }

  /** Nobody waits for what is missing up to here. */
  giveUp(seq: number): void {
    for (; this.#settled < seq; this.#settled += 1) this.#taken.delete(this.#settled + 1);
    this.#settle();
  }

  /** The lowest number so far is the first of the log. */
  begin(): readonly Item[] {
    const waiting = this.#waiting.sort((left, right) => left.sequence - right.sequence);
    this.#waiting = [];
    this.#base ??= (waiting[0]?.sequence ?? 1) - 1;
    return waiting.map(({ item }) => item);
  }

  #settle(): void {
    while (this.#taken.delete(this.#settled + 1)) this.#settled += 1;
  }
}
