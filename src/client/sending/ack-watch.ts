import type { Outbox } from '../../core/outbox/outbox.js';
import type { Clock } from '../../ports/clock.js';
import { NamedTimers } from '../named-timers.js';
import type { Turn } from '../telling/turn.js';

/** The time a probe has after an overdue ack, before the connection is given up. */
const ACK_PROBE_MS = 4_000;

export interface AckWatchSurroundings {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly outbox: Outbox;
  readonly ackTimeoutMs: number;
  /** First ask for a sign of life, then for a new connection. */
  readonly onOverdue: (hasProbed: boolean) => void;
}

/** Looks after the oldest message without an ack, while a connection is open. */
export class AckWatch {
  readonly #around: AckWatchSurroundings;
  readonly #timers: NamedTimers<'ack' | 'probe'>;

  constructor(around: AckWatchSurroundings) {
    this.#around = around;
    this.#timers = new NamedTimers(around.clock, (timer) => around.turn.run(() => this.#whenTimerFired(timer)));
  }

  start(): void {
    // A probe that is under way has the next word: sends that go on must not put it off.
    if (this.#timers.isRunning('ack') || this.#timers.isRunning('probe')) return;
    this.#timers.start('ack', this.#around.ackTimeoutMs);
  }

  stop(): void {
    this.#timers.stopAll();
  }

  #whenTimerFired(timer: 'ack' | 'probe'): void {
    const { outbox, clock, ackTimeoutMs, onOverdue } = this.#around;
    const sent = outbox.oldestInFlight()?.sent ?? null;
    if (sent === null) return;
    const leftMs = sent.atMs + ackTimeoutMs - clock.nowMs();
    if (leftMs > 0) return this.#timers.start('ack', leftMs);
    const hasProbed = timer === 'probe';
    if (!hasProbed) this.#timers.start('probe', ACK_PROBE_MS);
    onOverdue(hasProbed);
  }
}
