/** Whose rows are whose: what happens to them within one transaction. */
import { keysOf, type OwnerRecord, type Stores } from './open-database.js';
import type { RowContent, StoredRow } from './stored-row.js';

/** How long a client without a lock counts as alive after its last sign of life. */
const LEASE_MS = 3_000;
/** How often such a client gives one. Hidden pages get one timer a second, so not more often. */
export const LEASE_RENEWAL_MS = 1_000;

/** The client that asks. */
export interface Self {
  readonly namespace: string;
  readonly owner: string;
  readonly nowMs: number;
  /** Its end is told by a lock. */
  readonly isLocked: boolean;
}

export interface StockRequest extends Self {
  /** Known to be dead, because its lock could be had. */
  readonly endedOwner: string | null;
  readonly isFirst: boolean;
  /** The logouts that this client knows of; undefined if it remembers nothing of before. */
  readonly logoutsKnown: number | undefined;
}

export interface Stock {
  /** Another tab logged out. */
  readonly isWiped: boolean;
  /** How often that happened. */
  readonly logouts: number;
  /** Another tab took this client for dead. */
  readonly isTakenForDead: boolean;
  /** The rows that are this client's now, and were not before. */
  readonly taken: readonly StoredRow[];
  /** The ids of those that were this client's, and still are; empty unless it was taken for dead. */
  readonly kept: ReadonlySet<string>;
  /** The living whose end a lock tells. */
  readonly lockedOwners: readonly string[];
  /** Others live without a lock: only the clock tells of their end. */
  readonly hasLeases: boolean;
}

/** Finishes a wipe, shows that this client lives, and takes the rows of the dead. */
export async function takeStock(stores: Stores, request: StockRequest): Promise<Stock> {
  const { namespace, owner, nowMs, endedOwner, logoutsKnown } = request;
  const range = keysOf(namespace);
  if ((await stores.marks.get(namespace)) !== undefined) await erase(stores, { namespace, wiper: null, isTold: true });
  const logouts = await countLogouts(stores, namespace);
  const records = await stores.owners.getAll(range);
  const own = records.find((record) => record.owner === owner);
  // A lock speaks for itself, and a write needs room on the disk.
  if (!request.isLocked || own === undefined || own.isWiped) await showLife(stores, request);

  const others = records.filter((record) => record !== own);
  const dead = others.filter((record) => record.owner === endedOwner || hasLapsed(record, nowMs));
  for (const record of dead) await stores.owners.delete([namespace, record.owner]);
  const living = others.filter((record) => !dead.includes(record));
  const isTakenForDead = own === undefined && !request.isFirst;
  const rows = dead.length > 0 || own === undefined ? await stores.rows.getAll(range) : [];
  const livingOwners = new Set(living.map((record) => record.owner)).add(owner);
  const left = rows.filter((row) => !livingOwners.has(row.owner));
  const taken = left.map((row) => ({ ...row, owner }));
  for (const row of taken) await stores.rows.put(row);
  return {
    isWiped: own?.isWiped === true || logouts !== (logoutsKnown ?? logouts),
    logouts,
    isTakenForDead,
    taken,
    kept: new Set(rows.filter((row) => row.owner === owner).map((row) => row.id)),
    lockedOwners: living.filter(isLockHolder).map((record) => record.owner),
    hasLeases: !living.every(isLockHolder),
  };
}

/** False where the row may not be written: it belongs to another client by now, or the user has logged out. */
export async function writeRow(stores: Stores, self: Self, row: RowContent & WrittenRow): Promise<boolean> {
  const { namespace, owner } = self;
  const { isNew, ...content } = row;
  const record = await stores.owners.get([namespace, owner]);
  const present = await stores.rows.get([namespace, row.id]);
  const mark = await stores.marks.get(namespace);
  const isAllowed = present === undefined ? isNew : present.owner === owner;
  if (!isAllowed || record === undefined || record.isWiped || mark !== undefined) return false;
  if (!self.isLocked) await showLife(stores, self);
  await stores.rows.put({ ...content, namespace, owner });
  return true;
}

export interface WrittenRow {
  readonly id: string;
  /** One that this client holds already, and that is not there any more, was taken by another and delivered. */
  readonly isNew: boolean;
}

/** False where it stays there, for it is another client's by now. */
export async function removeRow(stores: Stores, { namespace, owner }: Self, id: string): Promise<boolean> {
  const present = await stores.rows.get([namespace, id]);
  const isOurs = (present?.owner ?? owner) === owner;
  if (isOurs) await stores.rows.delete([namespace, id]);
  return isOurs;
}

export async function moveAside(stores: Stores, self: Self, rows: readonly StoredRow[]): Promise<void> {
  const { namespace, owner, nowMs } = self;
  for (const row of rows) {
    const present = await stores.rows.get([namespace, row.id]);
    if (present?.owner !== owner) continue;
    await stores.aside.put(row, [namespace, row.id, nowMs]);
    await stores.rows.delete([namespace, row.id]);
  }
}

/** Says that this namespace is to be wiped: whoever comes next does it, should this page die. */
export async function markForWipe(stores: Stores, { namespace, nowMs }: Self): Promise<void> {
  await stores.marks.put({ namespace, stamp: nowMs });
}

export interface Erasure {
  readonly namespace: string;
  /** Knows already. */
  readonly wiper: string | null;
  readonly isTold: boolean;
}

/**
 * Leaves nothing of the namespace but the records of its clients, which learn from them that they were logged out, and
 * the number of logouts, from which those learn it that come back. Gives that number.
 */
export async function erase(stores: Stores, { namespace, wiper, isTold }: Erasure): Promise<number> {
  const range = keysOf(namespace);
  await stores.rows.delete(range);
  await stores.aside.delete(range);
  await stores.marks.delete(namespace);
  const records = isTold ? await stores.owners.getAll(range) : [];
  // Deleting needs no room on the disk.
  await stores.owners.delete(range);
  for (const record of records) await stores.owners.put({ ...record, isWiped: record.owner !== wiper });
  const logouts = await countLogouts(stores, namespace);
  if (!isTold) return logouts;
  await stores.marks.put({ namespace: logoutsKey(namespace), stamp: logouts + 1 });
  return logouts + 1;
}

/** Rows that stay behind are anybody's from here on. */
export async function signOff(stores: Stores, { namespace, owner }: Self, leavesRows: boolean): Promise<void> {
  if (leavesRows) await stores.owners.put({ namespace, owner, expiresAtMs: 0, isWiped: false });
  else await stores.owners.delete([namespace, owner]);
}

async function countLogouts(stores: Stores, namespace: string): Promise<number> {
  return (await stores.marks.get(logoutsKey(namespace)))?.stamp ?? 0;
}

/** Beside the mark of a wipe that has not ended, which has the namespace itself for a key. */
function logoutsKey(namespace: string): string {
  return `${namespace}\0logouts`;
}

async function showLife(stores: Stores, { namespace, owner, nowMs, isLocked }: Self): Promise<void> {
  const expiresAtMs = isLocked ? Number.POSITIVE_INFINITY : nowMs + LEASE_MS;
  await stores.owners.put({ namespace, owner, expiresAtMs, isWiped: false });
}

function isLockHolder(record: OwnerRecord): boolean {
  return record.expiresAtMs === Number.POSITIVE_INFINITY;
}

/** A lease that ends later than any can was written before the clock of the machine was set back. */
function hasLapsed(record: OwnerRecord, nowMs: number): boolean {
  if (isLockHolder(record)) return false;
  return record.expiresAtMs <= nowMs || record.expiresAtMs > nowMs + LEASE_MS;
}
