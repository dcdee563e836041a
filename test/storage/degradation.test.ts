/** Browsers that have no database, take it away, have no room, or do not answer. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { indexedDbOutboxStore } from '../../src/storage/index.js';
import { manualClock } from '../../src/testing/index.js';
import { recordEvents } from '../contract/outbox-store-harness.js';
import { nextMacrotask } from '../contract/transport-harness.js';
import { DATABASE, openRaw, readStore } from './database.js';
import { failNextWrites, occupy } from './faults.js';
import { promisify } from './promisify.js';
import { message, openBrowser } from './tabs.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('F73 opening where there is no database', () => {
  test.each([
    ['missing', undefined],
    ['null', null],
    ['without methods', {}],
  ])('rejects where it is %s', async (_what, factory) => {
    vi.stubGlobal('indexedDB', factory);
    const { events, names } = recordEvents();

    const opening = indexedDbOutboxStore().open({ namespace: 'ada', events });

    await expect(opening).rejects.toThrow('This platform has no IndexedDB.');
    expect(names).toEqual([]);
  });

  test('rejects where the look at it throws', async () => {
    const before = Object.getOwnPropertyDescriptor(globalThis, 'indexedDB');
    Object.defineProperty(globalThis, 'indexedDB', {
      configurable: true,
      get() {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      },
    });

    const opening = indexedDbOutboxStore().open({ namespace: 'ada', events: recordEvents().events });

    await expect(opening).rejects.toThrow('insecure');
    Object.defineProperty(globalThis, 'indexedDB', before ?? { configurable: true, value: undefined });
  });
});

describe('F71 a database that others hold or take', () => {
  test('gives up after 10 s where it stays blocked, and lets go of what it opens later', async () => {
    const browser = openBrowser();
    const holder = await openRaw(browser.factory);
    const deleting = browser.factory.deleteDatabase(DATABASE);
    const opening = browser.openTab();
    const outcome = opening.catch((error: unknown) => String(error));

    while (browser.clock.pendingTimers().length === 0) await nextMacrotask();
    await browser.clock.advance(10_000);

    expect(await outcome).toBe('Error: The database did not answer within 10000 ms.');
    expect(browser.locks.heldCount).toBe(0);
    holder.close();
    await promisify(deleting);
    expect((await openRaw(browser.factory, 7)).version).toBe(7);
  });

  test('does not keep a newer version of the library from its upgrade, and says that it keeps nothing more', async () => {
    const browser = openBrowser();
    const tab = await browser.openTab();
    await tab.rows.put(message('m1'));

    const upgraded = await openRaw(browser.factory, 2);
    await tab.until('the failure', () => tab.told.length > 0);

    expect(upgraded.version).toBe(2);
    expect(tab.told).toMatchObject([{ type: 'failed', cause: { name: 'VersionError' } }]);
    await expect(tab.rows.put(message('m2'))).rejects.toMatchObject({ name: 'VersionError' });
    upgraded.close();
  });

  test('F86 rejects where a newer version of the library was there before', async () => {
    const browser = openBrowser();
    (await openRaw(browser.factory, 2)).close();

    const opening = browser.openTab();

    await expect(opening).rejects.toMatchObject({ name: 'VersionError' });
  });

  test('says so where the database is deleted, and takes nothing for lost that is in memory', async () => {
    const browser = openBrowser();
    const tab = await browser.openTab();
    await tab.rows.put(message('m1'));

    await promisify(browser.factory.deleteDatabase(DATABASE));
    await tab.until('the failure', () => tab.told.length > 0);

    expect(tab.told).toMatchObject([{ type: 'failed', cause: { message: 'The database was deleted.' } }]);
  });

  test('opens it again where the browser closes the connection, and does what was under way once more', async () => {
    const browser = openBrowser();
    const tab = await browser.openTab();
    await tab.rows.put(message('m1', 1));
    const { transaction } = IDBDatabase.prototype;
    const spy = vi.spyOn(IDBDatabase.prototype, 'transaction').mockImplementationOnce(function (
      this: IDBDatabase,
      ...given
    ) {
      this.close();
      return transaction.apply(this, given);
    });

    await tab.rows.put(message('m2', 2));
    spy.mockRestore();

    expect(await readStore(browser.factory, 'rows')).toMatchObject([{ id: 'm1' }, { id: 'm2' }]);
    expect(tab.told).toEqual([]);
  });
});

describe('F72 a disk without room', () => {
  test('refuses the message, keeps nothing of it, and goes on with the others', async () => {
    const browser = openBrowser();
    const tab = await browser.openTab();
    await tab.rows.put(message('m1', 1));
    const stopFailing = failNextWrites(['rows']);

    const refused = tab.rows.put(message('m2', 2));
    await expect(refused).rejects.toMatchObject({ name: 'QuotaExceededError' });
    stopFailing();
    await tab.rows.put(message('m3', 3));

    expect(await readStore(browser.factory, 'rows')).toMatchObject([{ id: 'm1' }, { id: 'm3' }]);
    expect(tab.told).toEqual([]);
  });
});

describe('F75 a slow disk', () => {
  test('DS-4 keeps the order of the calls, and tells of no row before it is committed', async () => {
    const browser = openBrowser();
    const tab = await browser.openTab();
    const settled: string[] = [];
    const answer = await occupy(browser.factory);

    const operations = [
      Promise.resolve(tab.rows.put(message('m1', 1))).then(() => settled.push('m1')),
      Promise.resolve(tab.rows.put(message('m2', 2))).then(() => settled.push('m2')),
      Promise.resolve(tab.rows.remove('m1')).then(() => settled.push('m1 removed')),
    ];
    await browser.clock.advance(5_000);
    const settledEarly = [...settled];
    answer();
    await Promise.all(operations);

    expect(settledEarly).toEqual([]);
    expect(settled).toEqual(['m1', 'm2', 'm1 removed']);
    expect(await readStore(browser.factory, 'rows')).toMatchObject([{ id: 'm2' }]);
  });

  test('F71 gives up on a database that answers no more, which is told once', async () => {
    const browser = openBrowser();
    const tab = await browser.openTab();
    await occupy(browser.factory);

    const outcome = Promise.resolve(tab.rows.put(message('m1'))).catch((error: unknown) => String(error));
    await browser.clock.advance(10_000);
    await browser.clock.advance(10_000);

    expect(await outcome).toBe('Error: The database did not answer within 10000 ms.');
    expect(tab.told).toMatchObject([{ type: 'failed' }]);
  });
});

test('opens nothing and looks at nothing before it is asked to', () => {
  vi.stubGlobal('indexedDB', undefined);

  const store = indexedDbOutboxStore({ clock: manualClock() });

  expect(store).toMatchObject({ name: 'indexed-db', isDurable: true });
});
