/** A store from its opening to its closing. Whatever somebody's store throws, rejects with or leaves open ends here. */

import { LATE_TIMER_MS } from '../../core/connection/wake.js';
import type { Clock } from '../../ports/clock.js';
import type { OutboxRows } from '../../ports/outbox-store.js';
import { NamedTimers } from '../named-timers.js';

/** A store that answers nothing for so long counts as broken. Longer than the store on the disk gives itself. */
const SILENCE_MAX_MS = 30_000;

export interface VisitSurroundings {
  readonly clock: Clock;
  /** Never rejects; the store is not opened before. */
  readonly after: Promise<void>;
  readonly open: () => Promise<OutboxRows>;
  /** It is open, or failed; what was asked meanwhile is done next. */
  readonly onOpened: () => void;
  readonly onTrouble: (cause: unknown) => void;
}

export class StoreVisit {
  readonly #around: VisitSurroundings;
  #phase: 'opening' | 'open' | 'broken' = 'opening';
  #rows: OutboxRows | null = null;
  readonly #opened: Promise<void>;
  /** What was asked while the store was opening. */
  #asked: (() => void)[] = [];
  readonly #unanswered = new Set<Promise<boolean>>();
  /** A store that broke down may never answer. */
  readonly #giveUps = new Set<(cause: unknown) => void>();
  readonly #timers: NamedTimers<'silence'>;
  #failure: unknown;
  #hasSlept = false;
  #isMute = false;
  #wiping: Promise<void> | undefined;

  constructor(around: VisitSurroundings) {
    this.#around = around;
    this.#timers = new NamedTimers(around.clock, (_name, lateMs) => this.#whenSilent(lateMs));
    let opening: Promise<OutboxRows> | undefined;
    const open = () => {
      opening = guarded(around.open);
      return this.#inTime(opening.then(checked));
    };
    this.#opened = around.after.then(open).then(
      (rows) => {
        // Kept even if it broke down meanwhile: there may be something to erase.
        this.#rows = rows;
        if (this.#phase === 'opening') this.#settle('open');
      },
      (cause: unknown) => {
        this.fail(cause);
        // It may open after all.
        opening?.then((rows) => rows.close()).catch(noop);
      },
    );
  }

  get phase(): 'opening' | 'open' | 'broken' {
    return this.#phase;
  }

  /** It refused to open. One that does not answer would not the next time, either. */
  get wasRefused(): boolean {
    return this.#phase === 'broken' && this.#rows === null && !this.#isMute;
  }

  get hasRows(): boolean {
    return this.#rows !== null;
  }

  get logouts(): number | undefined {
    return this.#rows?.logouts;
  }

  /** True once it is done, false if it never will be; not a promise where the store answers at once. */
  ask(work: (rows: OutboxRows) => unknown): boolean | Promise<boolean> {
    if (this.#phase === 'opening') {
      return new Promise((resolve) => this.#asked.push(() => resolve(this.ask(work))));
    }
    if (this.#rows === null || this.#phase === 'broken') return false;
    try {
      const answer = work(this.#rows);
      return answer === undefined || this.#untilAnswered(answer);
    } catch (cause) {
      this.#around.onTrouble(cause);
      return false;
    }
  }

  /** Also where the store broke down. Rejects where it did not open. */
  wipe(): Promise<void> {
    const wipe = () => {
      if (this.#rows === null) throw this.#failure;
      return this.#rows.wipe();
    };
    this.#wiping = this.#opened.then(() => this.#inTime(guarded(wipe)));
    return this.#wiping;
  }

  /** Sees what was asked to its end, and lets go of the rows. Never rejects. */
  async close(): Promise<void> {
    await this.#opened;
    await this.#wiping?.catch(noop);
    await Promise.all(this.#unanswered);
    await this.#inTime(guarded(() => this.#rows?.close())).catch(noop);
  }

  fail(cause: unknown): void {
    this.#failure = cause;
    this.#settle('broken');
    for (const giveUp of this.#giveUps) giveUp(cause);
    this.#around.onTrouble(cause);
  }

  #settle(phase: 'open' | 'broken'): void {
    if (this.#phase === 'opening') this.#around.onOpened();
    this.#phase = phase;
    const asked = this.#asked;
    this.#asked = [];
    for (const ask of asked) ask();
  }

  #untilAnswered(answer: unknown): Promise<boolean> {
    const answered = this.#inTime(guarded(() => answer)).then(
      () => true,
      (cause: unknown) => {
        this.#around.onTrouble(cause);
        return false;
      },
    );
    this.#unanswered.add(answered);
    answered.then(() => this.#unanswered.delete(answered));
    return answered;
  }

  #inTime<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const end =
        <Value>(tell: (value: Value) => void) =>
        (value: Value) => {
          this.#giveUps.delete(giveUp);
          this.#watch();
          tell(value);
        };
      const giveUp = end(reject);
      this.#giveUps.add(giveUp);
      if (this.#giveUps.size === 1) this.#watch();
      work.then(end(resolve), giveUp);
    });
  }

  /** Counts the silence of the store from now on, as long as it owes an answer. */
  #watch(): void {
    this.#hasSlept = false;
    if (this.#giveUps.size === 0) this.#timers.stopAll();
    else this.#timers.start('silence', SILENCE_MAX_MS);
  }

  /** Where the process slept, the answer may be here and not read yet: once, the time begins anew. */
  #whenSilent(lateMs: number): void {
    if (lateMs <= LATE_TIMER_MS || this.#hasSlept) {
      this.#isMute = true;
      return this.fail(new Error(`The store did not answer within ${SILENCE_MAX_MS} ms.`));
    }
    this.#watch();
    this.#hasSlept = true;
  }
}

function checked(rows: OutboxRows): OutboxRows {
  if (typeof rows.put !== 'function') throw new Error('The store opened without rows.');
  return rows;
}

/** A call to somebody's store: what it throws becomes a rejection. */
async function guarded<Result>(work: () => Result): Promise<Awaited<Result>> {
  return await work();
}

function noop(): void {}
