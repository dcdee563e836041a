/** A logout leaves nothing, in no tab and whatever happens meanwhile. */
import { expect, test } from 'vitest';
import { putRaw, readEverything, readStore } from './database.js';
import { failNextWrites } from './faults.js';
import { message, openBrowser, type TestBrowser } from './tabs.js';

const SECRET = 'a text that nobody may read';
const OTHER = 'grace@wss://chat.example';

async function rowsOf(browser: TestBrowser): Promise<unknown[]> {
  return [...(await readStore(browser.factory, 'rows')), ...(await readStore(browser.factory, 'aside'))];
}

async function namespaceIn(browser: TestBrowser): Promise<string> {
  return String(Reflect.get(Object((await readStore(browser.factory, 'owners'))[0]), 'namespace'));
}

test.each([
  ['with Web Locks and channels', {}],
  ['without either', { locks: null, broadcastChannel: null }],
])('I22 MT-8 F87 erases the rows of every tab and tells the others, %s', async (_how, options) => {
  const browser = openBrowser();
  const here = await browser.openTab(options);
  const there = await browser.openTab(options);
  await here.rows.put(message('m1', 1, SECRET));
  await there.rows.put(message('m2', 2, SECRET));

  await here.rows.wipe();
  await browser.clock.advance(1_000);
  await there.until('the logout', () => there.told.length > 0);

  expect(there.told).toEqual([{ type: 'wiped' }]);
  expect(here.told).toEqual([]);
  expect(await readEverything(browser.factory)).not.toContain(SECRET);
  expect(await rowsOf(browser)).toEqual([]);
});

test('F87 keeps nothing of another tab that puts a message right after the logout, and tells it', async () => {
  const browser = openBrowser();
  const here = await browser.openTab({ broadcastChannel: null });
  const there = await browser.openTab({ broadcastChannel: null });
  await here.rows.wipe();

  const late = there.rows.put(message('m1', 1, SECRET));

  await expect(late).rejects.toThrow('the user logged out');
  expect(there.told).toEqual([{ type: 'wiped' }]);
  expect(await rowsOf(browser)).toEqual([]);
});

test('F76 I22 keeps nothing of what was being written, behind a slow codec too', async () => {
  const browser = openBrowser();
  const encodings: (() => void)[] = [];
  const codec = {
    encode: (text: string) => new Promise<string>((resolve) => encodings.push(() => resolve(text))),
    decode: async (kept: unknown) => String(kept),
  };
  const tab = await browser.openTab({ codec });

  const putting = Promise.allSettled([tab.rows.put(message('m1', 1, SECRET)), tab.rows.put(message('m2', 2, SECRET))]);
  const wiping = tab.rows.wipe();
  for (const encoded of encodings) encoded();
  await wiping;

  expect((await putting).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await rowsOf(browser)).toEqual([]);
  expect(tab.told).toEqual([]);
});

test('keeps what is put after a logout: the next life of the same client', async () => {
  const browser = openBrowser();
  const tab = await browser.openTab();
  await tab.rows.put(message('m1', 1, SECRET));

  const wiping = tab.rows.wipe();
  await tab.rows.put(message('m2', 2));
  await wiping;

  expect(await rowsOf(browser)).toMatchObject([{ id: 'm2' }]);
});

test('F69 I22 an unfinished wipe is finished before anything is given', async () => {
  const browser = openBrowser();
  const dead = await browser.openTab();
  await dead.rows.put(message('m1', 1, SECRET));
  const namespace = await namespaceIn(browser);
  dead.kill();
  await putRaw(browser.factory, 'marks', { namespace, stamp: 1 });

  const next = await browser.openTab();
  await next.rows.put(message('m2', 2));

  expect(next.told).toEqual([]);
  expect(await rowsOf(browser)).toMatchObject([{ id: 'm2' }]);
  expect(await readEverything(browser.factory)).not.toContain(SECRET);
});

test('F69 I22 an unfinished wipe is finished by the next write of another tab, which it refuses', async () => {
  const browser = openBrowser();
  const tab = await browser.openTab();
  await tab.rows.put(message('m1', 1, SECRET));
  await putRaw(browser.factory, 'marks', { namespace: await namespaceIn(browser), stamp: 1 });

  const late = tab.rows.put(message('m2', 2, SECRET));

  await expect(late).rejects.toThrow('the user logged out');
  expect(tab.told).toEqual([{ type: 'wiped' }]);
  expect(await rowsOf(browser)).toEqual([]);
});

test('F77 touches nothing of another user', async () => {
  const browser = openBrowser();
  const grace = await browser.openTab({ namespace: OTHER });
  await grace.rows.put(message('m1'));
  const ada = await browser.openTab();
  await ada.rows.put(message('m2'));

  await ada.rows.wipe();
  await grace.rows.put(message('m3', 3));
  await grace.idle();

  expect(grace.told).toEqual([]);
  expect(await rowsOf(browser)).toMatchObject([{ id: 'm1' }, { id: 'm3' }]);
});

test('F72 I22 erases where the disk has no room to say so', async () => {
  const browser = openBrowser();
  const here = await browser.openTab();
  const there = await browser.openTab();
  await there.rows.put(message('m1', 1, SECRET));
  const stopFailing = failNextWrites(['owners', 'marks']);

  await Promise.resolve(here.rows.wipe()).catch(() => undefined);
  stopFailing();
  await there.idle();

  expect(await rowsOf(browser)).toEqual([]);
});

test('F71 I22 erases what a store kept before it failed', async () => {
  const browser = openBrowser();
  const tab = await browser.openTab({ locks: null });
  await tab.rows.put(message('m1', 1, SECRET));
  const stopFailing = failNextWrites(['owners']);
  await browser.clock.advance(1_000);
  await tab.until('the failure', () => tab.told.length > 0);
  stopFailing();

  await tab.rows.wipe();

  expect(tab.told).toMatchObject([{ type: 'failed' }]);
  expect(await rowsOf(browser)).toEqual([]);
});

test('MT-8 I22 a client that had let go hears of a logout of meanwhile before it is given anything', async () => {
  const browser = openBrowser();
  const here = await browser.openTab();
  const there = await browser.openTab();
  await there.rows.put(message('m1', 1, SECRET));
  await there.rows.close();
  await here.rows.wipe();
  await here.rows.put(message('m2', 2));
  await here.rows.close();

  const again = await browser.openTab({ logoutsKnown: there.rows.logouts });

  expect(again.told).toEqual([{ type: 'wiped' }, { type: 'adopted', ids: ['m2'] }]);
  expect(again.rows.logouts).toBe(here.rows.logouts);
});

test('MT-8 F69 hears of a logout that this client itself finishes for a tab that died', async () => {
  const browser = openBrowser();
  const before = await browser.openTab();
  await before.rows.put(message('m1', 1, SECRET));
  const namespace = await namespaceIn(browser);
  await before.rows.close();
  await putRaw(browser.factory, 'marks', { namespace, stamp: 1 });

  const again = await browser.openTab({ logoutsKnown: before.rows.logouts });

  expect(again.told).toEqual([{ type: 'wiped' }]);
  expect(await rowsOf(browser)).toEqual([]);
});

test.each([
  ['of another user', OTHER],
  ['of its own', undefined],
])('MT-8 F77 hears nothing of a logout %s', async (_whose, namespace) => {
  const browser = openBrowser();
  const before = await browser.openTab();
  const other = await browser.openTab(namespace === undefined ? {} : { namespace });
  await (namespace === undefined ? before : other).rows.wipe();
  await before.idle();
  await before.rows.close();

  const again = await browser.openTab({ logoutsKnown: before.rows.logouts });

  expect(again.told).toEqual([]);
});

test('MT-8 F81 a tab that froze, was taken for dead and logged out meanwhile has lost nothing: it was logged out', async () => {
  const browser = openBrowser();
  const withoutAny = { locks: null, broadcastChannel: null };
  const frozen = await browser.openTab(withoutAny);
  await frozen.rows.put(message('m1', 1, SECRET));
  frozen.kill();
  await browser.clock.advance(5_000);
  const other = await browser.openTab(withoutAny);
  await other.rows.wipe();
  await other.rows.close();

  await Promise.resolve(frozen.rows.put(message('m2', 2, SECRET))).catch(() => undefined);

  expect(other.adopted).toMatchObject([{ id: 'm1' }]);
  expect(frozen.told).toEqual([{ type: 'wiped' }]);
  expect(await rowsOf(browser)).toEqual([]);
});
