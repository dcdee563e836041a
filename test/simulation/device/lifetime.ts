/** One life of a client's process: its clock, its timers, its ids. A crash ends all of it at once. */

import type { Clock } from '../../../src/ports/clock.js';
import type { IdSource } from '../../../src/ports/id-source.js';
import { type Freezer, Gate } from '../world/gate.js';
import type { Timeline } from '../world/timeline.js';

/** Long enough for the renewal of a token that holds for a day; everything else is much shorter. */
const DELAY_MAX_MS = 86_400_000;

export interface ProcessSurroundings {
  readonly timeline: Timeline;
  readonly freezer: Freezer;
  /** In its ids. */
  readonly name: string;
  readonly onBadDelay: (delayMs: number) => void;
}

export class Process implements Clock, IdSource {
  readonly gate: Gate;
  readonly #timeline: Timeline;
  readonly #name: string;
  readonly #onBadDelay: (delayMs: number) => void;
  /** When each timer is due that has neither fired nor been cancelled. */
  readonly #timers = new Set<{ readonly dueAtMs: number }>();
  #ids = 0;

  constructor(around: ProcessSurroundings) {
    this.gate = new Gate(around.freezer);
    this.#timeline = around.timeline;
    this.#name = around.name;
    this.#onBadDelay = around.onBadDelay;
  }

  /** Timers that were started and have neither fired nor been cancelled. */
  get liveTimers(): number {
    return this.#timers.size;
  }

  /** Those that are not due yet. One that is due and comes late, for its page is hidden or frozen, is nobody's fault. */
  get waitingTimers(): number {
    return [...this.#timers].filter(({ dueAtMs }) => dueAtMs > this.#timeline.nowMs).length;
  }

  nowMs(): number {
    return this.#timeline.nowMs;
  }

  startTimer(callback: () => void, delayMs: number): () => void {
    if (!(delayMs >= 0 && delayMs <= DELAY_MAX_MS)) this.#onBadDelay(delayMs);
    const afterMs = Math.ceil(Math.min(Math.max(0, delayMs || 0), DELAY_MAX_MS));
    const timer = { dueAtMs: this.#timeline.nowMs + afterMs };
    this.#timers.add(timer);
    const end = () => {
      this.#timers.delete(timer);
    };
    const cancel = this.#timeline.after(
      afterMs,
      () => {
        end();
        callback();
      },
      { gate: this.gate, isTimer: true },
    );
    return () => {
      end();
      cancel();
    };
  }

  messageId(): string {
    this.#ids += 1;
    return `m-${this.#name}-${this.#ids}`;
  }

  shortId(): string {
    this.#ids += 1;
    return `s-${this.#name}-${this.#ids}`;
  }
}
