/** One client's part of the database, from its `open` to its `close`. Everything happens in the order of the calls. */
import type { Clock } from '../ports/clock.js';
import type { OutboxRows, OutboxStoreEvents, StoredMessage } from '../ports/outbox-store.js';
import type { Connection } from './connection.js';
import { isLate, withinDeadline } from './deadline.js';
import {
  erase,
  LEASE_RENEWAL_MS,
  markForWipe,
  moveAside,
  removeRow,
  type Self,
  type Stock,
  signOff,
  takeStock,
  type WrittenRow,
  writeRow,
} from './ownership.js';
import type { Presence } from './presence.js';
import { decodeRow, encodeMessage, type OutboxCodec, type RowContent, type StoredRow } from './stored-row.js';

export interface SessionParts {
  /** What the database knows the user and the server by. */
  readonly namespace: string;
  readonly owner: string;
  readonly events: OutboxStoreEvents;
  readonly logoutsKnown: number | undefined;
  readonly codec: OutboxCodec | null;
  readonly clock: Clock;
  readonly connection: Connection;
  readonly presence: Presence;
}

export class OutboxSession implements OutboxRows {
  readonly #parts: SessionParts;
  /** The ids of the rows that are this client's. */
  readonly #held = new Set<string>();
  #latest: Promise<unknown> = Promise.resolve();
  /** Counts the logouts: what was called before one is not written after it. */
  #life = 0;
  #wipesBegun = 0;
  #logouts: number | undefined;
  #isClosing = false;
  #hasStarted = false;
  #failure: { readonly cause: unknown } | null = null;
  #stopTimer: () => void = () => undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#logouts = parts.logoutsKnown;
  }

  /** Those that this client has heard of or made. */
  get logouts(): number | undefined {
    return this.#logouts;
  }

  /** Rejects where the database cannot be opened; then nothing is left of the attempt. */
  async start(): Promise<void> {
    try {
      await this.#parts.presence.arrive();
      await this.#inTurn(async () => {
        await this.#look(null);
        this.#hasStarted = true;
      });
      this.#parts.presence.announce();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  put(message: StoredMessage): Promise<void> {
    const life = this.#life;
    // As of now: until its turn, this client may lose the row.
    const isNew = !this.#held.has(message.id);
    // Its failure is told in its turn.
    const encoding = this.#answered(encodeMessage(message, this.#parts.codec));
    return this.#inTurn(async () => {
      const row = { ...(await encoding), id: message.id, isNew };
      // The first attempt may find that this client was taken for dead; a new row is none of those that it lost.
      for (let attempt = 1; attempt <= 2 && life === this.#life; attempt += 1) {
        if (await this.#write(row)) return;
        if (life === this.#life) await this.#look(null);
        // It is kept, by the tab that has it now, and `lost` has told so.
        if (!isNew && life === this.#life) return;
      }
      throw new Error('Cannot keep the message: the user logged out, or it belongs to another tab.');
    });
  }

  remove(id: string): Promise<void> {
    const wasHeld = this.#held.delete(id);
    return this.#inTurn(async () => {
      const { connection, events } = this.#parts;
      const isOurs = await connection.transact('relaxed', (stores) => removeRow(stores, this.#self(), id));
      this.#held.delete(id);
      if (wasHeld && !isOurs) events.lost([id]);
    });
  }

  wipe(): Promise<void> {
    const { connection, presence } = this.#parts;
    this.#life += 1;
    this.#wipesBegun += 1;
    // At once: calls that wait for a slow codec must not keep the mark from the disk. Where it has no room, the rest has.
    const marking = connection.transact('strict', (stores) => markForWipe(stores, this.#self())).catch(() => undefined);
    // Also where the store has failed: what it kept is still there.
    const wiping = this.#next(async () => {
      await marking;
      this.#logouts = await this.#erase(true).catch(() => this.#erase(false));
      this.#held.clear();
      presence.announce();
    });
    const end = () => {
      this.#wipesBegun -= 1;
    };
    wiping.then(end, end);
    return wiping;
  }

  async close(): Promise<void> {
    const { connection, presence } = this.#parts;
    this.#isClosing = true;
    this.#stopTimer();
    presence.stopWaiting();
    await this.#latest;
    if (this.#hasStarted && this.#failure === null) {
      const leavesRows = this.#held.size > 0;
      // Where this fails, the lock or the lease tells the others a little later.
      await connection
        .transact('relaxed', (stores) => signOff(stores, this.#self(), leavesRows))
        .catch(() => undefined);
    }
    presence.announce();
    presence.leave();
    connection.close();
  }

  /** Something changed in the database, or an owner is known to be dead. */
  async notice(endedOwner: string | null): Promise<void> {
    await this.#inTurn(() => this.#look(endedOwner)).catch((error: unknown) => this.fail(error));
  }

  /** The lock stays: this client goes on with what is in memory, and nobody else may send it. */
  fail(cause: unknown): void {
    if (this.#failure !== null || this.#isClosing) return;
    this.#failure = { cause };
    this.#stopTimer();
    this.#parts.presence.stopWaiting();
    if (this.#hasStarted) this.#parts.events.failed(cause);
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#next(() => {
      if (this.#failure !== null) throw this.#failure.cause;
      return work();
    });
  }

  /** After all that was called before, whatever became of it. */
  #next<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#latest.then(work);
    this.#latest = turn.catch(() => undefined);
    return turn;
  }

  #self(): Self {
    const { namespace, owner, clock, presence } = this.#parts;
    return { namespace, owner, nowMs: clock.nowMs(), isLocked: presence.isLocked };
  }

  async #write(row: RowContent & WrittenRow): Promise<boolean> {
    const isWritten = await this.#parts.connection.transact('strict', (stores) => writeRow(stores, this.#self(), row));
    if (isWritten) this.#held.add(row.id);
    return isWritten;
  }

  #erase(isTold: boolean): Promise<number> {
    const { namespace, owner, connection } = this.#parts;
    return connection.transact('strict', (stores) => erase(stores, { namespace, wiper: owner, isTold }));
  }

  /** Learns from the database what others have done, and takes what the dead have left. */
  async #look(endedOwner: string | null): Promise<void> {
    const { connection, presence } = this.#parts;
    if (this.#isClosing) return;
    const isFirst = !this.#hasStarted;
    const stock = await connection.transact('relaxed', (stores) =>
      takeStock(stores, { ...this.#self(), endedOwner, isFirst, logoutsKnown: this.#logouts }),
    );
    this.#logouts = stock.logouts;
    this.#tellLosses(stock);
    await this.#adopt(stock.taken);
    for (const owner of stock.lockedOwners) presence.awaitEnd(owner);
    if (!presence.isTold || stock.hasLeases) this.#lookLater();
  }

  #tellLosses({ isWiped, isTakenForDead, kept }: Stock): void {
    const { events } = this.#parts;
    if (isWiped) {
      this.#held.clear();
      if (this.#wipesBegun > 0) return;
      this.#life += 1;
      events.wiped();
    } else if (isTakenForDead) {
      const lost = [...this.#held].filter((id) => !kept.has(id));
      for (const id of lost) this.#held.delete(id);
      if (lost.length > 0) events.lost(lost);
    }
  }

  async #adopt(rows: readonly StoredRow[]): Promise<void> {
    const { codec, connection, events } = this.#parts;
    const decoded = await this.#answered(
      Promise.all(rows.map(async (row) => ({ row, message: await decodeRow(row, codec) }))),
    );
    const messages = decoded.flatMap(({ message }) => message ?? []).sort(bySendingOrder);
    const unreadable = decoded.filter(({ message }) => message === null).map(({ row }) => row);
    if (unreadable.length > 0) {
      await connection.transact('relaxed', (stores) => moveAside(stores, this.#self(), unreadable));
      events.setAside(unreadable.length);
    }
    for (const { id } of messages) this.#held.add(id);
    if (messages.length > 0) events.adopted(messages);
  }

  /** What the codec makes. One that does not answer would not for the next message either: the store has failed then. */
  #answered<Result>(work: Promise<Result>): Promise<Result> {
    const answer = withinDeadline(work, this.#parts.clock, 'The codec');
    answer.catch((error: unknown) => {
      if (isLate(error)) this.fail(error);
    });
    return answer;
  }

  #lookLater(): void {
    this.#stopTimer();
    if (this.#isClosing) return;
    this.#stopTimer = this.#parts.clock.startTimer(() => void this.notice(null), LEASE_RENEWAL_MS);
  }
}

/** Keeps the order of each sender; between senders none is promised. */
function bySendingOrder(left: StoredMessage, right: StoredMessage): number {
  return left.order - right.order || left.queuedAtMs - right.queuedAtMs;
}
