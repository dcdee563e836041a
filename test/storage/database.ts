/** Looks into the database behind the store's back, and changes it. */
import { promisify } from './promisify.js';

export const DATABASE = 'chatsocket-outbox';

export async function readStore(factory: IDBFactory, store: string): Promise<unknown[]> {
  return inStore(factory, store, (found) => found.getAll());
}

/** Everything that the database holds, as text: for looking for what must not be there. */
export async function readEverything(factory: IDBFactory): Promise<string> {
  const database = await openRaw(factory);
  const names = [...database.objectStoreNames];
  database.close();
  const stores = await Promise.all(
    names.map(async (name) => [
      await readStore(factory, name),
      await inStore(factory, name, (store) => store.getAllKeys()),
    ]),
  );
  return JSON.stringify(stores, (_key, value: unknown) =>
    value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? new TextDecoder('latin1').decode(value) : value,
  );
}

export async function putRaw(factory: IDBFactory, store: string, value: unknown): Promise<void> {
  await inStore(factory, store, (found) => found.put(value));
}

async function inStore<Result>(
  factory: IDBFactory,
  name: string,
  ask: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const database = await openRaw(factory);
  const result = await promisify(ask(database.transaction(name, 'readwrite').objectStore(name)));
  database.close();
  return result;
}

export async function openRaw(factory: IDBFactory, version?: number): Promise<IDBDatabase> {
  return promisify(factory.open(DATABASE, version));
}
