import type { Outbox } from '../../core/outbox/outbox.js';
import type { OutboxEntry } from '../../core/outbox/outbox-entry.js';
import type { Clock } from '../../ports/clock.js';
import { NamedTimers } from '../named-timers.js';
import type { Turn } from '../telling/turn.js';

/** No timer waits longer: what is further away is looked at again. */
const LOOK_MAX_MS = 600_000;

export interface DeadlineSurroundings {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly outbox: Outbox;
  readonly hasStore: boolean;
  readonly onExpired: (entry: OutboxEntry) => void;
  /** What has expired made room. */
  readonly onLooked: () => void;
}

/**
 * Ends messages whose time ran out by the wall clock, connected or not. A closed client has no timers: there it is seen
 * when the client connects or, where no store has a say, at the next `send`, `edit` or `retry`.
 */
export class Deadlines {
  readonly #around: DeadlineSurroundings;
  readonly #timers: NamedTimers<'deadline'>;
  #earliestMs = Number.POSITIVE_INFINITY;
  #isAwake = false;

  constructor(around: DeadlineSurroundings) {
    this.#around = around;
    const look = () => {
      this.#look();
      around.onLooked();
    };
    this.#timers = new NamedTimers(around.clock, () => around.turn.run(look));
  }

  wake(): void {
    if (this.#isAwake) return;
    this.#isAwake = true;
    this.#look();
  }

  rest(): void {
    this.#isAwake = false;
    this.#timers.stopAll();
  }

  watch({ expiresAtMs }: OutboxEntry): void {
    if (expiresAtMs === null || expiresAtMs >= this.#earliestMs) return;
    this.#earliestMs = expiresAtMs;
    this.#arm();
  }

  /** Ends what is due although no timer has said so yet: one that is late must not let anything out. */
  check(): void {
    const { clock, hasStore } = this.#around;
    // Of rows that a closed client let go of, the store has to say first whose they are.
    if ((this.#isAwake || !hasStore) && this.#earliestMs <= clock.nowMs()) this.#look();
  }

  #look(): void {
    const { clock, outbox, onExpired } = this.#around;
    this.#earliestMs = Number.POSITIVE_INFINITY;
    const nowMs = clock.nowMs();
    for (const entry of outbox.list()) {
      if (entry.expiresAtMs !== null && entry.expiresAtMs <= nowMs) onExpired(entry);
      else this.#earliestMs = Math.min(this.#earliestMs, entry.expiresAtMs ?? this.#earliestMs);
    }
    this.#arm();
  }

  #arm(): void {
    if (!this.#isAwake || this.#earliestMs === Number.POSITIVE_INFINITY) return;
    const leftMs = Math.max(0, this.#earliestMs - this.#around.clock.nowMs());
    this.#timers.start('deadline', Math.min(leftMs, LOOK_MAX_MS));
  }
}
