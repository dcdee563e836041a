/** The outbox store in real Chromium: its database, its locks, its channels. */
import { expect, test } from 'vitest';
import { indexedDbOutboxStore } from '../../src/storage/index.js';
import { describeOutboxStoreContract } from '../contract/outbox-store.contract.js';
import { storedMessage } from '../contract/outbox-store-harness.js';
import { aesGcmCodec, makeKey } from '../storage/aes-gcm-codec.js';
import { promisify } from '../storage/promisify.js';
import { openStorageTab, ownDatabase } from './stage/storage-tab.js';

const SECRET = 'a text that nobody may read';

describeOutboxStoreContract(
  { title: 'IndexedDB of Chromium', name: 'indexed-db', isDurable: true, isShared: true },
  () => {
    const databaseName = ownDatabase();
    return { makeStore: () => indexedDbOutboxStore({ databaseName }) };
  },
);

describeOutboxStoreContract(
  { title: 'IndexedDB of Chromium, by leases', name: 'indexed-db', isDurable: true, isShared: true },
  () => {
    const databaseName = ownDatabase();
    return { makeStore: () => indexedDbOutboxStore({ databaseName, locks: null }) };
  },
);

/** Everything in the database as this origin can read it. */
async function readAll(databaseName: string): Promise<Record<string, unknown[]>> {
  const database = await promisify(indexedDB.open(databaseName));
  const found: Record<string, unknown[]> = {};
  for (const name of database.objectStoreNames) {
    found[name] = await promisify(database.transaction(name).objectStore(name).getAll());
  }
  database.close();
  return found;
}

/** What bytes say counts too. */
function asText(found: unknown): string {
  return JSON.stringify(found, (_key, value: unknown) =>
    value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? new TextDecoder('latin1').decode(value) : value,
  );
}

test('DS-4 UP-21 what was put is in the database once that settles', async () => {
  const databaseName = ownDatabase();
  const tab = await openStorageTab({ databaseName });

  await tab.rows.put(storedMessage('m1', 1));

  expect((await readAll(databaseName))['rows']).toMatchObject([{ id: 'm1' }]);
});

test('MT-2 MT-5 two tabs share nothing until one dies, and then the other has its rows at once', async () => {
  const databaseName = ownDatabase();
  const heir = await openStorageTab({ databaseName });
  const doomed = await openStorageTab({ databaseName });
  const late = await openStorageTab({ databaseName });
  const ids = Array.from({ length: 20 }, (_, index) => `m${index}`);
  await Promise.all(ids.map((id, index) => doomed.rows.put(storedMessage(id, index))));
  const toldBefore = [...heir.told, ...late.told];

  doomed.kill();
  await Promise.any([heir, late].map((tab) => tab.until('the rows', () => tab.adopted.length > 0)));
  await Promise.all([heir.rows.remove('none'), late.rows.remove('none')]);

  expect(toldBefore).toEqual([]);
  expect([...heir.told, ...late.told]).toEqual([`adopted ${ids.join(' ')}`]);
});

test('MT-5 the next page has the rows of one that died alone', async () => {
  const databaseName = ownDatabase();
  const doomed = await openStorageTab({ databaseName });
  await doomed.rows.put(storedMessage('m1', 1));
  doomed.kill();

  const next = await openStorageTab({ databaseName });
  await next.until('the row', () => next.adopted.length > 0);

  expect(next.adopted).toEqual([storedMessage('m1', 1)]);
});

test.each([
  ['with locks', undefined],
  ['by leases', null],
])('MT-8 F87 I22 a logout reaches the other tabs and leaves no row, %s', async (_how, locks) => {
  const databaseName = ownDatabase();
  const options = locks === null ? { databaseName, locks } : { databaseName };
  const [here, there] = [await openStorageTab(options), await openStorageTab(options)];
  const other = await openStorageTab({ ...options, namespace: 'grace@wss://chat.example' });
  await Promise.all([here, there, other].map((tab, index) => tab.rows.put(storedMessage(`m${index}`, index))));

  await here.rows.wipe();
  await there.until('the logout', () => there.told.length > 0);

  expect(there.told).toEqual(['wiped']);
  expect([...here.told, ...other.told]).toEqual([]);
  expect((await readAll(databaseName))['rows']).toMatchObject([{ id: 'm2' }]);
});

test('F71 lets a newer version upgrade at once, and says that it keeps nothing more', async () => {
  const databaseName = ownDatabase();
  const tab = await openStorageTab({ databaseName });
  await tab.rows.put(storedMessage('m1', 1));

  const newer = await promisify(indexedDB.open(databaseName, 99));
  await tab.until('the failure', () => tab.told.length > 0);

  expect(newer.version).toBe(99);
  expect(tab.told).toEqual([expect.stringMatching(/^failed .*version/)]);
  newer.close();
});

test('F71 says so where the database is deleted, and takes nothing for lost', async () => {
  const databaseName = ownDatabase();
  const tab = await openStorageTab({ databaseName });
  await tab.rows.put(storedMessage('m1', 1));

  await promisify(indexedDB.deleteDatabase(databaseName));
  await tab.until('the failure', () => tab.told.length > 0);

  expect(tab.told).toEqual(['failed The database was deleted.']);
});

test('C11 C12 a codec of AES-GCM leaves no plain text in the database, and the namespace names nobody', async () => {
  const databaseName = ownDatabase();
  const codec = aesGcmCodec(await makeKey());
  const sensitive = { ...storedMessage('m1', 1), content: SECRET, conversationId: 'sensitive-room' };
  const tab = await openStorageTab({ databaseName, codec });
  await tab.rows.put(sensitive);
  const found = asText(await readAll(databaseName));
  tab.kill();

  const next = await openStorageTab({ databaseName, codec });
  await next.until('the row', () => next.adopted.length > 0);

  expect(found).toContain('"m1"');
  expect(found).not.toMatch(/nobody may read|sensitive-room|ada@|chat\.example/);
  expect(next.adopted).toEqual([sensitive]);
});

test('F75 keeps the order of 200 puts and removals that nobody waited for', async () => {
  const databaseName = ownDatabase();
  const tab = await openStorageTab({ databaseName });

  const asked = Array.from({ length: 100 }, (_, index) => [
    tab.rows.put(storedMessage(`m${index}`, index)),
    index % 2 === 0 ? tab.rows.remove(`m${index}`) : undefined,
  ]);
  await Promise.all(asked.flat());

  expect((await readAll(databaseName))['rows']).toHaveLength(50);
});
