/** How long all joins wait for a server that has too many frames. */

/** What a server asks for may be the time of a single frame; refused again and again, it is told less and less often. */
const PAUSE_MIN_MS = 250;
const PAUSE_MS = 1_000;
const PAUSE_MAX_MS = 5_000;

export class JoinPause {
  #untilMs = 0;
  /** Since a join was last answered. */
  #count = 0;

  /** For one join that waits alone. */
  static lengthMs(retryAfterMs: number | null): number {
    return Math.min(PAUSE_MAX_MS, Math.max(0, retryAfterMs ?? PAUSE_MS));
  }

  begin(nowMs: number, retryAfterMs: number | null): void {
    // Others that were on their way with it are refused for the same reason.
    if (this.#untilMs > nowMs) return;
    const askedMs = Math.max(PAUSE_MIN_MS, retryAfterMs ?? PAUSE_MS);
    this.#untilMs = nowMs + Math.min(PAUSE_MAX_MS, askedMs * 2 ** this.#count);
    this.#count += 1;
  }

  /** A join was answered. */
  end(): void {
    this.#count = 0;
  }

  leftMs(nowMs: number): number {
    return Math.max(0, this.#untilMs - nowMs);
  }
}
