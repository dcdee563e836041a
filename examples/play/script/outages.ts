/** How long one client was not open, each time from a loss to the next `open`. */

export class Outages {
  #lostAtMs: number | null = null;
  #longestMs = 0;

  opened(nowMs: number): void {
    this.#longestMs = this.longestMs(nowMs);
    this.#lostAtMs = null;
  }

  /** Further words of a loss that is known change nothing. */
  lost(nowMs: number): void {
    this.#lostAtMs ??= nowMs;
  }

  /** One that is not over counts as far as it has come. */
  longestMs(nowMs: number): number {
    return this.#lostAtMs === null ? this.#longestMs : Math.max(this.#longestMs, nowMs - this.#lostAtMs);
  }
}
