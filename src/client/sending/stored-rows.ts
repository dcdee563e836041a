/**
 * The outbox in its store: opened once, written in order. Where the store breaks down the messages go on in memory,
 * and the application is told once.
 */

import { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { OutboxRows, OutboxStore, OutboxStoreEvents, StoredMessage } from '../../ports/outbox-store.js';
import type { Turn } from '../telling/turn.js';

export interface StoreSurroundings {
  readonly store: OutboxStore;
  readonly namespace: string;
  readonly turn: Turn;
  /** Messages of an earlier life; `isFirst` until the store is open. */
  readonly onAdopted: (rows: readonly StoredMessage[], isFirst: boolean) => void;
  /** Messages that another tab sends from now on. */
  readonly onLost: (ids: readonly string[]) => void;
  readonly onWiped: () => void;
  readonly onTrouble: (error: ChatSocketError) => void;
}

export class StoredRows {
  readonly isDurable: boolean;
  readonly #around: StoreSurroundings;
  #phase: 'unopened' | 'opening' | 'open' | 'broken' | 'closed' = 'unopened';
  #rows: OutboxRows | null = null;
  /** What was asked while the store was opening. */
  #asked: (() => void)[] = [];
  readonly #unanswered = new Set<(isKept: boolean) => void>();
  #wipes = 0;
  #hasToldTrouble = false;

  constructor(around: StoreSurroundings) {
    this.#around = around;
    this.isDurable = around.store.isDurable;
  }

  /** Opens the store, the first time. */
  open(): void {
    if (this.#phase !== 'unopened') return;
    this.#phase = 'opening';
    const { store, namespace, turn } = this.#around;
    guarded(() => store.open({ namespace, events: this.#events() })).then(
      (rows) => turn.run(() => this.#whenOpened(rows)),
      (cause: unknown) => turn.run(() => this.#whenOpened(null, cause)),
    );
  }

  /** True once the row is kept, false if it never will be; not a promise where the store answers at once. */
  put(row: StoredMessage): boolean | Promise<boolean> {
    return this.#ask((rows) => rows.put(row));
  }

  remove(id: string): void {
    this.#ask((rows) => rows.remove(id));
  }

  /** Erases every row of this user. Rejects if the store, once open, could not do that. */
  async wipe(): Promise<void> {
    this.open();
    // Rows that are handed over meanwhile are about to be erased.
    this.#wipes += 1;
    try {
      await this.#erase();
    } catch (cause) {
      throw new ChatSocketError('storage/unavailable', 'Cannot erase the stored messages; see cause.', { cause });
    } finally {
      this.#wipes -= 1;
    }
  }

  /** Lets go of the store; the rows stay in it. */
  close(): void {
    this.#settle('closed');
    this.#letGo(this.#rows);
  }

  #erase(): Promise<void> | undefined {
    if (this.#phase !== 'opening') return this.#rows?.wipe();
    return new Promise((resolve) => this.#asked.push(() => resolve(guarded(() => this.#rows?.wipe()))));
  }

  #ask(work: (rows: OutboxRows) => Promise<void> | undefined): boolean | Promise<boolean> {
    if (this.#phase === 'opening') {
      return new Promise((resolve) => this.#asked.push(() => resolve(this.#ask(work))));
    }
    const rows = this.#rows;
    if (rows === null || this.#phase !== 'open') return false;
    try {
      const answer = work(rows);
      if (answer === undefined) return true;
      return this.#unlessBroken(answer);
    } catch (cause) {
      return this.#tellTrouble(cause);
    }
  }

  #unlessBroken(answer: Promise<void>): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (isKept: boolean) => {
        this.#unanswered.delete(settle);
        resolve(isKept);
      };
      this.#unanswered.add(settle);
      answer.then(
        () => settle(true),
        (cause: unknown) => settle(this.#tellTrouble(cause)),
      );
    });
  }

  #whenOpened(rows: OutboxRows | null, cause?: unknown): void {
    if (this.#phase === 'closed') return this.#letGo(rows);
    // Kept even if it broke down meanwhile: there may be something to erase.
    this.#rows = rows;
    if (this.#phase === 'opening') this.#settle(rows === null ? 'broken' : 'open');
    if (rows === null) this.#tellTrouble(cause);
  }

  #settle(phase: 'open' | 'broken' | 'closed'): void {
    this.#phase = phase;
    // A store that broke down may never answer.
    if (phase === 'broken') for (const giveUp of this.#unanswered) giveUp(false);
    const asked = this.#asked;
    this.#asked = [];
    for (const ask of asked) ask();
  }

  #events(): OutboxStoreEvents {
    const { turn, onAdopted, onLost, onWiped, onTrouble } = this.#around;
    const hear = (work: () => void) => {
      if (this.#phase !== 'closed') turn.run(work);
    };
    return {
      adopted: (rows) =>
        hear(() => {
          if (this.#wipes === 0) onAdopted(rows, this.#phase === 'opening');
        }),
      setAside: (count) =>
        hear(() => {
          const reason = `${count} stored messages could not be read and were set aside.`;
          onTrouble(new ChatSocketError('storage/row-set-aside', reason, { fields: { count } }));
        }),
      lost: (ids) => hear(() => onLost(ids)),
      wiped: () => hear(onWiped),
      failed: (cause) =>
        hear(() => {
          this.#settle('broken');
          this.#tellTrouble(cause);
        }),
    };
  }

  #letGo(rows: OutboxRows | null): void {
    guarded(() => rows?.close()).catch(() => {});
  }

  #tellTrouble(cause: unknown): false {
    if (this.#hasToldTrouble || this.#phase === 'closed') return false;
    this.#hasToldTrouble = true;
    const reason = 'The outbox store failed; messages are kept in memory and do not outlive the page. See cause.';
    const error = new ChatSocketError('storage/unavailable', reason, { cause });
    this.#around.turn.run(() => this.#around.onTrouble(error));
    return false;
  }
}

/** A call to somebody's store: what it throws becomes a rejection. */
async function guarded<Result>(work: () => Result): Promise<Awaited<Result>> {
  return await work();
}
