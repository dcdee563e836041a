/** One connection to the database after the other: the browser may take it away, and gives it back as a rule. */
import type { Clock } from '../ports/clock.js';
import { withinDeadline } from './deadline.js';
import { type Database, openDatabase, readStamp, type Stores, transact } from './open-database.js';

export interface ConnectionRequest {
  readonly factory: IDBFactory;
  readonly name: string;
  readonly clock: Clock;
  /** There is no database any more. */
  readonly onBroken: (cause: unknown) => void;
}

/** What the database refuses to hold, however often it is asked. */
const REFUSALS: readonly unknown[] = ['QuotaExceededError', 'DataCloneError'];

export class Connection {
  readonly #request: ConnectionRequest;
  #database: Promise<Database>;
  /** The database that is open; null while there is none. */
  #current: Database | null = null;
  #stamp: number | undefined;
  #isEnded = false;

  constructor(request: ConnectionRequest) {
    this.#request = request;
    this.#database = this.#open();
    // Told by the first transaction.
    this.#database.catch(() => undefined);
  }

  /**
   * Does the work in one transaction; where the connection breaks, once more over a new one. Rejects with nothing of
   * it done.
   */
  async transact<Result>(
    durability: IDBTransactionDurability,
    work: (stores: Stores) => Promise<Result>,
  ): Promise<Result> {
    for (let isSecond = false; ; isSecond = true) {
      const database = await this.#database;
      try {
        return await transact(database, { durability, clock: this.#request.clock }, work);
      } catch (error) {
        if (isRefusal(error)) throw error;
        if (isSecond) {
          this.#break(error);
          throw error;
        }
        this.#reopen(database);
      }
    }
  }

  close(): void {
    this.#isEnded = true;
    closeWhenOpen(this.#database);
  }

  async #open(): Promise<Database> {
    const { factory, name, clock } = this.#request;
    const opening = openDatabase({ factory, name, onLost: (database) => this.#reopen(database) });
    try {
      const database = await withinDeadline(opening, clock, 'The database');
      const stamp = await withinDeadline(readStamp(database), clock, 'The database');
      this.#stamp ??= stamp;
      // The rows of the one before are gone, which no other tab has taken or delivered.
      if (this.#stamp !== stamp) throw new Error('The database was deleted.');
      this.#current = database;
      return database;
    } catch (error) {
      // It may come after the deadline.
      closeWhenOpen(opening);
      throw error;
    }
  }

  #reopen(lost: Database): void {
    if (lost !== this.#current || this.#isEnded) return;
    this.#current = null;
    lost.close();
    this.#database = this.#open();
    this.#database.catch((error: unknown) => this.#break(error));
  }

  #break(cause: unknown): void {
    if (this.#isEnded) return;
    this.close();
    this.#request.onBroken(cause);
  }
}

function closeWhenOpen(opening: Promise<Database>): void {
  opening.then(
    (database) => database.close(),
    () => undefined,
  );
}

function isRefusal(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && REFUSALS.includes(error.name);
}
