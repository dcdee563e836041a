/** So many frames in any second per user, over all sockets, of every type. */

const WINDOW_MS = 1_000;
/** So many frames over the limit within ten seconds, and it is no slip any more. */
const EXCESS_MAX = 100;
const EXCESS_WINDOW_MS = 10_000;

export type Verdict = 'taken' | 'dropped' | 'flood';

export class RateLimit {
  readonly #framesMax: number;
  #taken: number[] = [];
  #dropped: number[] = [];

  constructor(framesMax: number) {
    this.#framesMax = framesMax;
  }

  take(nowMs: number): Verdict {
    this.#taken = this.#taken.filter((atMs) => atMs > nowMs - WINDOW_MS);
    if (this.#taken.length < this.#framesMax) {
      this.#taken.push(nowMs);
      return 'taken';
    }
    this.#dropped = [...this.#dropped.filter((atMs) => atMs > nowMs - EXCESS_WINDOW_MS), nowMs];
    return this.#dropped.length > EXCESS_MAX ? 'flood' : 'dropped';
  }
}
