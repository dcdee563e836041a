const SHOWN_WITHIN_MS = 200;

/** How a device runs its processes: a frozen tab or a sleeping phone runs late, a hidden page gets its timers seldom. */
export class Freezer {
  /** Below 0 the timers of a woken process fire before its network events, above 0 after them. */
  timerBias = 0;
  /** Hidden pages get their timers only at whole multiples of this. */
  throttleMs = 0;
  #frozenUntilMs = 0;

  freeze(untilMs: number, timerBias: number): void {
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, untilMs);
    this.timerBias = timerBias;
  }

  /** The end of its last standstill, perhaps still to come. */
  get frozenUntilMs(): number {
    return this.#frozenUntilMs;
  }

  isFrozen(nowMs: number): boolean {
    return this.#frozenUntilMs > nowMs;
  }

  /** When something that is due at `dueAtMs` really happens. */
  releaseAtMs(dueAtMs: number, isTimer: boolean): number {
    const awakeAtMs = Math.max(dueAtMs, this.#frozenUntilMs);
    if (!isTimer || this.throttleMs === 0) return awakeAtMs;
    // In small steps, for a page that is shown again gets its timers soon.
    return Math.min(awakeAtMs + SHOWN_WITHIN_MS, Math.ceil(awakeAtMs / this.throttleMs) * this.throttleMs);
  }
}

/** Through which everything comes that happens to one process of a device. */
export class Gate {
  readonly freezer: Freezer;
  /** The process is gone: nothing happens to it any more. */
  isDead = false;

  constructor(freezer: Freezer) {
    this.freezer = freezer;
  }
}
