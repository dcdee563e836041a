/** A store from its opening to its closing. Whatever somebody's store throws, rejects with or leaves open ends here. */

import type { Clock } from '../../ports/clock.js';
import type { OutboxRows } from '../../ports/outbox-store.js';

const OPEN_MAX_MS = 10_000;
const ANSWER_MAX_MS = 30_000;

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
  #wiping: Promise<void> | undefined;

  constructor(around: VisitSurroundings) {
    this.#around = around;
    let opening: Promise<OutboxRows> | undefined;
    const open = () => this.#within(OPEN_MAX_MS, (opening = guarded(around.open)));
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

  /** Also where the store broke down. */
  wipe(): Promise<void> {
    this.#wiping = this.#opened.then(() =>
      this.#within(
        ANSWER_MAX_MS,
        guarded(() => this.#rows?.wipe()),
      ),
    );
    return this.#wiping;
  }

  /** Sees what was asked to its end, and lets go of the rows. Never rejects. */
  async close(): Promise<void> {
    await this.#opened;
    await this.#wiping?.catch(noop);
    await Promise.all(this.#unanswered);
    await this.#within(
      OPEN_MAX_MS,
      guarded(() => this.#rows?.close()),
    ).catch(noop);
  }

  fail(cause: unknown): void {
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
    const answered = this.#within(
      ANSWER_MAX_MS,
      guarded(() => answer),
    ).then(
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

  #within<Result>(delayMs: number, work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const end =
        <Value>(tell: (value: Value) => void) =>
        (value: Value) => {
          stopTimer();
          this.#giveUps.delete(giveUp);
          tell(value);
        };
      const giveUp = end(reject);
      this.#giveUps.add(giveUp);
      const stopTimer = this.#around.clock.startTimer(
        () => this.fail(new Error(`The store did not answer within ${delayMs} ms.`)),
        delayMs,
      );
      work.then(end(resolve), giveUp);
    });
  }
}

/** A call to somebody's store: what it throws becomes a rejection. */
async function guarded<Result>(work: () => Result): Promise<Awaited<Result>> {
  return await work();
}

function noop(): void {}
