import type { Clock } from '../../ports/clock.js';

/**
 * One turn is everything that one outside event leads to. State changes first; subscribers and listeners hear of it
 * at the end, so whatever they call back finds the client whole.
 */
export class Turn {
  #depth = 0;
  #isTelling = false;
  #nowMs: number | null = null;
  #tellings: (() => void)[] = [];
  readonly #endings: (() => void)[] = [];

  /** Runs a part of the turn; the outermost one ends it. */
  run<Result>(work: () => Result): Result {
    if (this.#depth === 0) this.#nowMs = null;
    this.#depth += 1;
    try {
      return work();
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0) this.#end();
    }
  }

  /** Tells somebody outside at the end of the turn, in the order of the calls. */
  tell(telling: () => void): void {
    this.#tellings.push(telling);
  }

  /** Called at the end of every turn, before anybody is told. */
  atEnd(ending: () => void): void {
    this.#endings.push(ending);
  }

  /** A clock that stands still while a turn lasts: one moment for all of it, read once. */
  stopClock(clock: Clock): Clock {
    return {
      nowMs: () => {
        const nowMs = this.#nowMs ?? clock.nowMs();
        if (this.#depth > 0) this.#nowMs = nowMs;
        return nowMs;
      },
      startTimer: (callback, delayMs) => clock.startTimer(callback, delayMs),
    };
  }

  #end(): void {
    for (const ending of this.#endings) ending();
    this.#nowMs = null;
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      for (let telling = this.#tellings.shift(); telling !== undefined; telling = this.#tellings.shift()) telling();
    } finally {
      this.#isTelling = false;
    }
  }
}
