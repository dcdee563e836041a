/** Counts broken rules in a sliding window, in bounded memory. */
export class ViolationCount {
  readonly #max: number;
  readonly #windowMs: number;
  /** A ring of the last `max` moments. */
  readonly #momentsMs: number[] = [];
  #next = 0;

  constructor(max: number, windowMs: number) {
    this.#max = max;
    this.#windowMs = windowMs;
  }

  /** Counts one and says whether `max` of them now lie within the window. */
  add(nowMs: number): boolean {
    this.#momentsMs[this.#next] = nowMs;
    this.#next = (this.#next + 1) % this.#max;
    const oldestMs = this.#momentsMs[this.#next];
    return this.#momentsMs.length === this.#max && oldestMs !== undefined && nowMs - oldestMs <= this.#windowMs;
  }
}
