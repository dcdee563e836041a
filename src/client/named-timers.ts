import type { Clock } from '../ports/clock.js';

/** Timers by name: starting one again replaces it, so no name ever has two. */
export class NamedTimers<Name extends string> {
  readonly #clock: Clock;
  readonly #onFired: (name: Name, lateMs: number) => void;
  readonly #cancels = new Map<Name, () => void>();

  constructor(clock: Clock, onFired: (name: Name, lateMs: number) => void) {
    this.#clock = clock;
    this.#onFired = onFired;
  }

  start(name: Name, delayMs: number): void {
    this.stop(name);
    const dueAtMs = this.#clock.nowMs() + delayMs;
    const cancel = this.#clock.startTimer(() => {
      this.#cancels.delete(name);
      this.#onFired(name, Math.max(0, this.#clock.nowMs() - dueAtMs));
    }, delayMs);
    this.#cancels.set(name, cancel);
  }

  stop(name: Name): void {
    this.#cancels.get(name)?.();
    this.#cancels.delete(name);
  }

  isRunning(name: Name): boolean {
    return this.#cancels.has(name);
  }

  stopAll(): void {
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }
}
