/**
 * The outbox in its store: open from the first thing to keep until the client is closed, and then again. Where the
 * store breaks down the messages go on in memory, and the application is told once.
 */

import { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { Clock } from '../../ports/clock.js';
import type { OutboxStore, OutboxStoreEvents, StoredMessage } from '../../ports/outbox-store.js';
import type { Secrets } from '../secrets.js';
import type { Turn } from '../telling/turn.js';
import { StoreVisit } from './store-visit.js';

export interface StoreSurroundings {
  readonly store: OutboxStore;
  readonly namespace: string;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly turn: Turn;
  /** Messages of an earlier life; `isFirst` until the store was open once. */
  readonly onAdopted: (rows: readonly StoredMessage[], isFirst: boolean) => void;
  /** Messages that another tab sends from now on. */
  readonly onLost: (ids: readonly string[]) => void;
  /** Another tab logged this user out; `wasBefore` the store was opened. */
  readonly onWiped: (wasBefore: boolean) => void;
  readonly onTrouble: (error: ChatSocketError) => void;
}

export class StoredRows {
  readonly isDurable: boolean;
  readonly #around: StoreSurroundings;
  #visit: StoreVisit | null = null;
  /** The visit before has let go. */
  #left: Promise<void> = Promise.resolve();
  #isFirst = true;
  /** It never opened, and the application knows; false once it did. */
  #isAbsent: boolean | undefined;
  /** False while the store is open for removals alone. */
  #isWanted = false;
  /** The rows that the store has or is about to have, and since when it knows that each may have been sent. */
  readonly #held = new Map<string, number | null>();
  /** Those of the visit before that have not come back. */
  #missing = new Set<string>();
  /** Those that are to go: one that comes back is none of ours. */
  readonly #gone = new Set<string>();
  /** Counts the logouts: what was asked before one is not done after it. */
  #life = 0;
  /** How the store counted them, as of the visit before; undefined if nothing is remembered from there. */
  #logouts: number | undefined;
  /** Those of them that the store did not let go: asked for again once it does anything, and before it is closed. */
  readonly #stuck = new Set<string>();

  constructor(around: StoreSurroundings) {
    this.#around = around;
    this.isDurable = around.store.isDurable;
  }

  get isOpen(): boolean {
    return this.#visit !== null && this.#visit.phase !== 'opening';
  }

  get isInUse(): boolean {
    return this.#visit !== null;
  }

  /** What becomes of the message is the store's to say, once it is open again. */
  holds(id: string): boolean {
    return this.#held.has(id) && !this.#gone.has(id);
  }

  open(): void {
    this.#isWanted = true;
    this.#begin();
  }

  /** True once the row is kept, false if it never will be; not a promise where the store answers at once. */
  put(row: StoredMessage): boolean | Promise<boolean> {
    this.open();
    const { id } = row;
    const isNew = !this.#held.has(id);
    let isAsked = this.#gone.delete(id);
    if (this.isDurable) this.#held.set(id, row.transmittedAtMs);
    const settle = (isKept: boolean) => {
      if (isKept) this.#removeStuck();
      if (isKept || !isNew) return isKept;
      this.#drop(id);
      // A store that did not answer may have written it all the same.
      if (isAsked) this.#gone.add(id);
      return false;
    };
    const kept = this.#ask(id, (rows) => {
      isAsked = this.isDurable;
      return rows.put(row);
    });
    return typeof kept === 'boolean' ? settle(kept) : kept.then(settle);
  }

  remove(id: string): void {
    const isHeld = this.#held.has(id);
    if (isHeld) this.#gone.add(id);
    else if (this.#visit === null) return;
    if (this.#visit === null) void Promise.resolve().then(() => (this.#isWanted ? undefined : this.close()));
    this.#begin();
    let isAsked = false;
    const removed = this.#ask(id, (rows) => {
      isAsked = true;
      return rows.remove(id);
    });
    const settle = (isDone: boolean) => {
      // Lost meanwhile: the store left the row to the tab that has it now.
      if (isHeld && !this.#held.has(id)) return;
      if (!isAsked) return;
      if (!isDone) this.#stuck.add(id);
      else {
        if (this.#gone.delete(id)) this.#drop(id);
        this.#removeStuck();
      }
    };
    if (typeof removed === 'boolean') settle(removed);
    else removed.then(settle);
  }

  /** The message of another tab's row is over here: the row may still come back from there, and must not begin it anew. */
  disclaim(id: string): void {
    this.#gone.add(id);
  }

  /**
   * Erases every row of this user. Rejects if the store could not do that, or cannot be opened; not where it never
   * could be here and the application knows it: a platform without one has nothing to erase.
   */
  async wipe(): Promise<void> {
    this.#forget();
    // One that could not be opened may open now, and have rows of an earlier life.
    if (this.#visit?.wasRefused === true) void this.close();
    const visit = this.#begin();
    try {
      await visit.wipe();
    } catch (thrown) {
      if (this.#isAbsent && !visit.hasRows) return;
      const cause = this.#around.secrets.clean(thrown);
      throw new ChatSocketError('storage/unavailable', 'Cannot erase the stored messages; see cause.', { cause });
    }
  }

  /** Lets go of the store; the rows stay in it. */
  close(): Promise<void> {
    this.#isWanted = false;
    if (this.isOpen) this.#removeStuck();
    const visit = this.#visit;
    const life = this.#life;
    if (visit !== null) {
      this.#left = visit.close().then(() => {
        if (life === this.#life) this.#logouts = visit.logouts ?? this.#logouts;
      });
    }
    this.#visit = null;
    return this.#left;
  }

  /** The user logged out elsewhere, where the store may not have opened: no row of this client is left behind. */
  leave(): Promise<void> {
    for (const id of this.#held.keys()) this.remove(id);
    const left = this.close();
    this.#forget();
    return left;
  }

  /**
   * The user logged out: nothing that the store still has or lacks means anything here. Only what it could not be made
   * to erase is remembered, for the day on which it gives that back.
   */
  #forget(): void {
    this.#life += 1;
    this.#logouts = undefined;
    for (const id of this.#held.keys()) this.#gone.add(id);
    for (const ids of [this.#held, this.#stuck, this.#missing]) ids.clear();
  }

  #begin(): StoreVisit {
    if (this.#visit !== null) return this.#visit;
    const { store, namespace, clock, secrets, turn, onAdopted, onTrouble } = this.#around;
    const missing = new Set(this.#held.keys());
    this.#missing = missing;
    let isTroubleTold = false;
    const visit: StoreVisit = new StoreVisit({
      clock,
      after: this.#left,
      open: () => store.open({ namespace, events: this.#events(() => visit, missing), logoutsKnown: this.#logouts }),
      onOpened: () => {
        if (visit.hasRows) this.#isAbsent = false;
        if (this.#visit !== visit) return;
        this.#isFirst = false;
        if (this.#missing.size === 0) return;
        turn.run(() => {
          this.#lose([...this.#missing]);
          // A connection that is open already may send them again, where the server knows a repeat.
          onAdopted([], false);
        });
      },
      onTrouble: (thrown) => {
        if (isTroubleTold || this.#visit !== visit) return;
        isTroubleTold = true;
        this.#isAbsent ??= !visit.hasRows;
        const reason = 'The outbox store failed; messages are kept in memory and do not outlive the page. See cause.';
        const cause = secrets.clean(thrown);
        turn.run(() => onTrouble(new ChatSocketError('storage/unavailable', reason, { cause })));
      },
    });
    this.#visit = visit;
    return visit;
  }

  /** Not where the row did not come back: it is another's. */
  #ask(id: string, work: Parameters<StoreVisit['ask']>[0]): boolean | Promise<boolean> {
    const visit = this.#begin();
    if (visit.phase !== 'opening') return visit.ask(work);
    const life = this.#life;
    // Those of this visit: another one may have begun by the time that it is open.
    const missing = this.#missing;
    return visit.ask((rows) => (missing.has(id) || life !== this.#life ? undefined : work(rows)));
  }

  #removeStuck(): void {
    const ids = [...this.#stuck];
    this.#stuck.clear();
    // Written anew or lost meanwhile, one is not to go from here any more.
    for (const id of ids) if (this.#gone.has(id) && this.#held.has(id)) this.remove(id);
  }

  #drop(id: string): void {
    this.#held.delete(id);
    this.#missing.delete(id);
  }

  #lose(ids: readonly string[]): void {
    for (const id of ids) this.#held.delete(id);
    this.#around.onLost(ids);
  }

  #adopt(rows: readonly StoredMessage[]): void {
    const ours: StoredMessage[] = [];
    const changed: string[] = [];
    for (const row of new Map(rows.map((each) => [each.id, each])).values()) {
      const { id, transmittedAtMs } = row;
      if (this.#gone.has(id)) {
        this.remove(id);
        continue;
      }
      ours.push(row);
      // Another tab had it meanwhile.
      if (this.#held.has(id) && this.#held.get(id) !== transmittedAtMs) changed.push(id);
      if (this.isDurable) this.#held.set(id, transmittedAtMs);
    }
    this.#around.onLost(changed);
    this.#around.onAdopted(ours, this.#isFirst);
  }

  #events(visit: () => StoreVisit, missing: Set<string>): OutboxStoreEvents {
    const { turn, onWiped, onTrouble } = this.#around;
    const hear = (work: () => void) => {
      if (this.#visit === visit()) turn.run(work);
    };
    return {
      adopted: (rows) => {
        for (const { id } of rows) missing.delete(id);
        hear(() => this.#adopt(rows));
      },
      setAside: (count) =>
        hear(() => {
          const reason = `${count} stored messages could not be read and were set aside.`;
          onTrouble(new ChatSocketError('storage/row-set-aside', reason, { fields: { count } }));
        }),
      lost: (ids) => hear(() => this.#lose(ids)),
      wiped: () => hear(() => onWiped(visit().phase === 'opening')),
      failed: (cause) => turn.run(() => visit().fail(cause)),
    };
  }
}
