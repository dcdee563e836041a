/** A disk without room, and a database that does not answer. */
import { onTestFinished, vi } from 'vitest';
import { openRaw } from './database.js';

/** Writes to these stores fail as in a browser: the request succeeds, and the transaction ends with the error. */
export function failNextWrites(stores: readonly string[]): () => void {
  const put = IDBObjectStore.prototype.put;
  let isFailing = true;
  const spy = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
    this: IDBObjectStore,
    ...given: Parameters<typeof put>
  ) {
    const request = put.apply(this, given);
    if (isFailing && stores.includes(this.name)) failTransaction(request);
    return request;
  });
  onTestFinished(() => spy.mockRestore());
  return () => {
    isFailing = false;
  };
}

function failTransaction(request: IDBRequest): void {
  const { transaction } = request;
  if (transaction === null) throw new Error('A write has a transaction.');
  Object.defineProperty(transaction, 'error', { value: new DOMException('The disk is full.', 'QuotaExceededError') });
  request.addEventListener('success', () => transaction.abort());
}

/** From now on the database answers nobody else, until the function returned is called. */
export async function occupy(factory: IDBFactory): Promise<() => void> {
  const database = await openRaw(factory);
  const store = database.transaction([...database.objectStoreNames], 'readwrite').objectStore('rows');
  let isHeld = true;
  // A transaction ends when it is left idle, so one question after the other keeps it busy.
  const keepBusy = () => {
    if (isHeld) store.count().onsuccess = keepBusy;
    else database.close();
  };
  keepBusy();
  const release = () => {
    isHeld = false;
  };
  onTestFinished(release);
  return release;
}
