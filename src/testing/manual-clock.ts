import type { Clock } from '../ports/clock.js';
import { aDuration, checkArgument, checkCallOptions, checkOptions } from './check-given.js';
import { numberFrom, orNull, wholeFrom } from './option-faults.js';
import { settle } from './settle.js';

/** Time that stands still until a test moves it. Timers fire in the order in which they are due, ties in the order in which they were started. */
export interface ManualClock extends Clock {
  /** Moves time on by `ms` and fires what falls due, also timers started meanwhile. Promises settle before, between and after. */
  advance(ms: number): Promise<void>;
  /** Moves time on to a point of it; a point that has passed throws. */
  advanceTo(atMs: number): Promise<void>;
  /** Like `advance`, at once and without letting any promise settle. */
  advanceNow(ms: number): void;
  /** Fires timer after timer until none is left; throws after `timersMax` (default 1,000) of them. */
  runAll(limits?: { readonly timersMax?: number }): Promise<void>;
  /** The device slept for `ms`: time has jumped, and every timer that fell due meanwhile fires now, late. */
  sleep(ms: number): Promise<void>;
  /** Fires timers only at whole multiples of `everyMs`, as browsers do in hidden pages; null ends that. */
  throttleTimers(everyMs: number | null): void;
  /** When the timers that have not fired will fire, soonest first. */
  pendingTimers(): readonly { readonly dueAtMs: number }[];
}

interface Timer {
  readonly dueAtMs: number;
  readonly callback: () => void;
}

/** 2026-01-01T00:00:00Z */
const DEFAULT_START_MS = 1_767_225_600_000;
const TIMERS_MAX = 1_000;
/** More timers than this in one call mean that timers start each other without end. */
const TIMERS_PER_CALL_MAX = 100_000;

/**
 * Makes a clock that tests move by hand. `startMs` is its first Unix time in milliseconds (default: the start of 2026).
 * It needs no fake timers of a test framework and does not mind them. Throws `usage/invalid-option`, and its methods
 * `usage/invalid-argument`, for a time that is no number, or is endless.
 *
 * @example
 * const clock = manualClock();
 * clock.startTimer(() => console.log('rings'), 1_000);
 * await clock.advance(1_000);
 */
export function manualClock(options: { readonly startMs?: number } = {}): ManualClock {
  checkOptions('manualClock', options, { startMs: aDuration });
  return new HandMovedClock(options.startMs ?? DEFAULT_START_MS);
}

class HandMovedClock implements ManualClock {
  #nowMs: number;
  #throttleMs: number | null = null;
  /** In the order of their start. */
  readonly #timers = new Set<Timer>();

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  startTimer(callback: () => void, delayMs: number): () => void {
    const timer: Timer = { dueAtMs: this.#nowMs + Math.max(0, delayMs || 0), callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  async advance(ms: number): Promise<void> {
    await this.advanceTo(this.#nowMs + checkDuration('advance(ms)', ms));
  }

  async advanceTo(atMs: number): Promise<void> {
    checkArgument('advanceTo(atMs)', atMs, { ...numberFrom(this.#nowMs), words: `a time from ${this.#nowMs} on` });
    await settle();
    for (let fired = 0; this.#fireNext(atMs); fired += 1) {
      checkEndless(fired, TIMERS_PER_CALL_MAX);
      await settle();
    }
    this.#nowMs = Math.max(this.#nowMs, atMs);
    await settle();
  }

  advanceNow(ms: number): void {
    const untilMs = this.#nowMs + checkDuration('advanceNow(ms)', ms);
    for (let fired = 0; this.#fireNext(untilMs); fired += 1) checkEndless(fired, TIMERS_PER_CALL_MAX);
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  async runAll(limits: { readonly timersMax?: number } = {}): Promise<void> {
    checkCallOptions('runAll', limits, { timersMax: wholeFrom(1) });
    await settle();
    for (let fired = 0; this.#fireNext(Number.POSITIVE_INFINITY); fired += 1) {
      checkEndless(fired, limits.timersMax ?? TIMERS_MAX);
      await settle();
    }
  }

  async sleep(ms: number): Promise<void> {
    await settle();
    this.#nowMs += checkDuration('sleep(ms)', ms);
    await this.advance(0);
  }

  throttleTimers(everyMs: number | null): void {
    checkArgument('throttleTimers(everyMs)', everyMs, orNull(numberFrom(1)));
    this.#throttleMs = everyMs;
  }

  pendingTimers(): readonly { readonly dueAtMs: number }[] {
    return this.#inOrder().map((timer) => ({ dueAtMs: this.#firesAtMs(timer) }));
  }

  /** Fires the soonest timer that is due by `untilMs`; false if there is none. */
  #fireNext(untilMs: number): boolean {
    const timer = this.#inOrder()[0];
    if (timer === undefined) return false;
    const firesAtMs = this.#firesAtMs(timer);
    if (firesAtMs > untilMs || firesAtMs === Number.POSITIVE_INFINITY) return false;
    this.#timers.delete(timer);
    this.#nowMs = Math.max(this.#nowMs, firesAtMs);
    timer.callback();
    return true;
  }

  #inOrder(): Timer[] {
    return [...this.#timers].sort((left, right) => left.dueAtMs - right.dueAtMs);
  }

  #firesAtMs(timer: Timer): number {
    return this.#throttleMs === null ? timer.dueAtMs : Math.ceil(timer.dueAtMs / this.#throttleMs) * this.#throttleMs;
  }
}

function checkDuration(call: string, ms: number): number {
  checkArgument(call, ms, aDuration);
  return ms;
}

function checkEndless(firedCount: number, timersMax: number): void {
  if (firedCount < timersMax) return;
  throw new Error(
    `${timersMax} timers fired and more are due: something starts timers without end. Advance by a time instead.`,
  );
}
