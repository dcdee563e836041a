import type { Outbox } from '../../core/outbox/outbox.js';
import type { Clock } from '../../ports/clock.js';
import { NamedTimers } from '../named-timers.js';
import type { Turn } from '../telling/turn.js';

/** The time a probe has after an overdue ack: longer than for its pong, whose word comes first. */
const ACK_PROBE_MS = 4_000;

export interface AckWatchSurroundings {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly outbox: Outbox;
  readonly ackTimeoutMs: number;
  /** First ask for a sign of life, then, again and again, for a new connection if that would help. */
  readonly onOverdue: (hasProbed: boolean) => void;
}

/**
 * Looks after the oldest message without an ack, while a connection is open. Its time begins when it becomes the oldest:
 * before that the acks of others kept it waiting. Those of messages sent after it give it no more time.
 */
export class AckWatch {
  readonly #around: AckWatchSurroundings;
  readonly #timers: NamedTimers<'ack' | 'probe'>;
  #oldestId: string | null = null;
  #sinceMs = 0;

  constructor(around: AckWatchSurroundings) {
    this.#around = around;
    this.#timers = new NamedTimers(around.clock, (timer) => around.turn.run(() => this.#whenTimerFired(timer)));
  }

  /** One more was sent. */
  start(): void {
    this.look();
    // A probe that is under way has the next word: sends that go on must not put it off.
    if (this.#timers.isRunning('ack') || this.#timers.isRunning('probe')) return;
    this.#timers.start('ack', this.#around.ackTimeoutMs);
  }

  /** Another one may be the oldest now. */
  look(): void {
    const { outbox, clock } = this.#around;
    const id = outbox.oldestInFlight()?.id ?? null;
    if (id === this.#oldestId) return;
    this.#oldestId = id;
    this.#sinceMs = clock.nowMs();
  }

  stop(): void {
    this.#timers.stopAll();
    this.#oldestId = null;
  }

  #whenTimerFired(timer: 'ack' | 'probe'): void {
    const { clock, ackTimeoutMs, onOverdue } = this.#around;
    this.look();
    if (this.#oldestId === null) return;
    const leftMs = this.#sinceMs + ackTimeoutMs - clock.nowMs();
    if (leftMs > 0) return this.#timers.start('ack', leftMs);
    this.#timers.start('probe', ACK_PROBE_MS);
    onOverdue(timer === 'probe');
  }
}
