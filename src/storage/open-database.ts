/** The database of the outbox: its shape, its versions, and one way to change it. The only file that knows `idb`. */
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, wrap } from 'idb';
import type { Clock } from '../ports/clock.js';
import { withinDeadline } from './deadline.js';
import type { StoredRow } from './stored-row.js';

/** A client that opened the store and did not end, as far as the database knows. */
export interface OwnerRecord {
  readonly namespace: string;
  readonly owner: string;
  /** Unix time in milliseconds; `Infinity` where a Web Lock tells of its end, 0 once it has left. */
  readonly expiresAtMs: number;
  /** Another tab logged out since. */
  readonly isWiped: boolean;
}

interface OutboxSchema extends DBSchema {
  rows: { key: [string, string]; value: StoredRow };
  owners: { key: [string, string]; value: OwnerRecord };
  /** Rows that could not be read, kept for a version that can; by namespace, id, and when that was found. */
  aside: { key: [string, IDBValidKey, number]; value: StoredRow };
  /**
   * Namespaces whose wipe has begun and not ended, and how many have; and, without a namespace, what tells this database
   * from a later one of its name.
   */
  marks: { key: string; value: { readonly namespace: string; readonly stamp: number } };
}

type StoreName = 'rows' | 'owners' | 'aside' | 'marks';
export type Database = IDBPDatabase<OutboxSchema>;
type Transaction = IDBPTransaction<OutboxSchema, StoreName[], 'readwrite'>;
type Store<Name extends StoreName> = ReturnType<typeof storeOf<Name>>;

export interface Stores {
  readonly rows: Store<'rows'>;
  readonly owners: Store<'owners'>;
  readonly aside: Store<'aside'>;
  readonly marks: Store<'marks'>;
}

const STORES: readonly StoreName[] = ['rows', 'owners', 'aside', 'marks'];
const PAIR = { keyPath: ['namespace', 'id'] };
const STAMP_KEY = '';

/** What each version adds to the one before: the first step makes version 1. A step that was released never changes. */
const UPGRADES: readonly ((database: IDBDatabase) => void)[] = [
  (database) => {
    database.createObjectStore('rows', PAIR);
    database.createObjectStore('owners', { keyPath: ['namespace', 'owner'] });
    database.createObjectStore('aside');
    database
      .createObjectStore('marks', { keyPath: 'namespace' })
      .put({ namespace: STAMP_KEY, stamp: Date.now() + Math.random() });
  },
];

export interface DatabaseRequest {
  readonly factory: IDBFactory;
  readonly name: string;
  /** The connection is closed: the browser ended it, or somebody wants to upgrade or delete the database. */
  readonly onLost: (database: Database) => void;
}

/** Waits as long as others keep the database blocked; rejects where a newer version of this library has upgraded it. */
export async function openDatabase({ factory, name, onLost }: DatabaseRequest): Promise<Database> {
  const request = factory.open(name, UPGRADES.length);
  request.onupgradeneeded = ({ oldVersion }) => {
    for (const upgrade of UPGRADES.slice(oldVersion)) upgrade(request.result);
  };
  // What `open` gives is a database, and the upgrades gave it this shape.
  const database = (await wrap(request)) as unknown as Database;
  const lose = () => {
    database.close();
    onLost(database);
  };
  database.onversionchange = lose;
  database.onclose = lose;
  return database;
}

/** Another number means that the database was deleted and made anew. */
export async function readStamp(database: Database): Promise<number | undefined> {
  return (await database.get('marks', STAMP_KEY))?.stamp;
}

/**
 * Does the work in one transaction and resolves once it is committed; where anything fails, nothing of it was done.
 * The work may wait for nothing but the stores: a transaction ends by itself as soon as it is left idle.
 */
export async function transact<Result>(
  database: Database,
  { durability, clock }: { readonly durability: IDBTransactionDurability; readonly clock: Clock },
  work: (stores: Stores) => Promise<Result>,
): Promise<Result> {
  const transaction = database.transaction([...STORES], 'readwrite', { durability });
  // What fails a request fails the transaction too, and is told once.
  transaction.done.catch(() => undefined);
  try {
    const working = work({
      rows: storeOf(transaction, 'rows'),
      owners: storeOf(transaction, 'owners'),
      aside: storeOf(transaction, 'aside'),
      marks: storeOf(transaction, 'marks'),
    });
    const committing = working.then(async (result) => {
      await transaction.done;
      return result;
    });
    return await withinDeadline(committing, clock, 'The database');
  } catch (error) {
    abort(transaction);
    throw transaction.error ?? error;
  }
}

/** Every key that begins with this namespace. */
export function keysOf(namespace: string): IDBKeyRange {
  return IDBKeyRange.bound([namespace], [`${namespace}\0`], false, true);
}

function storeOf<Name extends StoreName>(transaction: Transaction, name: Name) {
  return transaction.objectStore(name);
}

function abort(transaction: Transaction): void {
  try {
    transaction.abort();
  } catch {
    // It has ended already.
  }
}
