/** Two tabs never send the same row, and nobody's rows are left behind. */
import { describe, expect, test } from 'vitest';
import { settle } from '../../src/testing/index.js';
import { nextMacrotask } from '../contract/transport-harness.js';
import { DATABASE, readStore } from './database.js';
import { message, openBrowser, type Tab, type TestBrowser } from './tabs.js';

const LEASES = { locks: null };

async function putTwenty(tab: Tab, name = 'm'): Promise<string[]> {
  const messages = Array.from({ length: 20 }, (_, index) => message(`${name}${index}`, index));
  await Promise.all(messages.map((one) => tab.rows.put(one)));
  return messages.map(({ id }) => id);
}

const idsOf = (tab: Tab) => tab.adopted.map(({ id }) => id);

async function advance(browser: TestBrowser, tabs: readonly Tab[], ms: number): Promise<void> {
  for (let passedMs = 0; passedMs < ms; passedMs += 500) {
    await browser.clock.advance(500);
    await Promise.all(tabs.map((tab) => tab.idle()));
  }
}

describe('with Web Locks', () => {
  test.each(['before', 'after'])('G18 MT-5 takes over 20 rows at once, opened %s the tab that died', async (order) => {
    const browser = openBrowser();
    const early = order === 'before' ? await browser.openTab() : null;
    const dead = await browser.openTab();
    const ids = await putTwenty(dead);

    dead.kill();
    const heir = early ?? (await browser.openTab());
    await heir.until('the rows', () => heir.adopted.length > 0);

    expect(idsOf(heir)).toEqual(ids);
    expect(heir.told).toHaveLength(1);
  });

  test('MT-5 gives each row to one of several heirs', async () => {
    const browser = openBrowser();
    const heirs = await Promise.all([browser.openTab(), browser.openTab(), browser.openTab()]);
    const dead = await browser.openTab();
    const ids = await putTwenty(dead);
    await Promise.all(heirs.map((heir) => heir.idle()));

    dead.kill();
    await Promise.any(heirs.map((heir) => heir.until('the rows', () => heir.adopted.length > 0)));
    await Promise.all(heirs.map((heir) => heir.idle()));

    expect(heirs.flatMap(idsOf)).toEqual(ids);
  });

  test('MT-5 hands rows on from heir to heir, each in the order of its sender', async () => {
    const browser = openBrowser();
    const first = await browser.openTab();
    await first.rows.put(message('a1', 1));
    await first.rows.put(message('a2', 2));
    const second = await browser.openTab();
    await second.rows.put(message('b1', 1));
    first.kill();
    await second.until('the rows of the first', () => second.adopted.length === 2);
    second.kill();

    const third = await browser.openTab();
    await third.until('all rows', () => third.adopted.length === 3);

    const ids = idsOf(third);
    expect(ids.filter((id) => id.startsWith('a'))).toEqual(['a1', 'a2']);
    expect([...ids].sort()).toEqual(['a1', 'a2', 'b1']);
  });

  test('MT-2 gives the rows of a tab that closes to the others at once', async () => {
    const browser = openBrowser();
    const heir = await browser.openTab();
    const leaving = await browser.openTab();
    const ids = await putTwenty(leaving);

    await leaving.rows.close();
    await heir.until('the rows', () => heir.adopted.length === 20);

    expect(idsOf(heir)).toEqual(ids);
  });

  test('I9 starts no timer, and lets go of every lock in the end', async () => {
    const browser = openBrowser();
    const tabs = await Promise.all([browser.openTab(), browser.openTab()]);
    await Promise.all(tabs.map((tab, index) => putTwenty(tab, `${index}-`)));
    await Promise.all(tabs.map((tab) => tab.idle()));
    const timersMeanwhile = browser.clock.pendingTimers();

    for (const tab of tabs) await tab.rows.close();
    await settle();

    expect(timersMeanwhile).toEqual([]);
    expect(browser.locks.heldCount).toBe(0);
    expect(browser.clock.pendingTimers()).toEqual([]);
  });

  test('keeps rows where a browser lends no locks: by leases', async () => {
    const browser = openBrowser();
    const refusing = { request: () => Promise.reject(new DOMException('Not here.', 'SecurityError')) };
    const dead = await browser.openTab({ locks: refusing });
    const heir = await browser.openTab({ locks: refusing });
    await putTwenty(dead);

    dead.kill();
    await advance(browser, [heir], 4_000);

    expect(heir.adopted).toHaveLength(20);
  });

  test('opens after 10 s where a browser does not answer for the lock, and keeps rows by leases', async () => {
    const browser = openBrowser();
    const opening = browser.openTab({ locks: { request: () => new Promise(() => undefined) } });
    // Until the database is there, and the lock is all that is waited for.
    while ((await browser.factory.databases()).length === 0 || browser.clock.pendingTimers().length !== 1) {
      await nextMacrotask();
    }

    await browser.clock.advance(10_000);
    const tab = await opening;
    await tab.rows.put(message('m1'));

    expect(await readStore(browser.factory, 'owners')).not.toMatchObject([{ expiresAtMs: Number.POSITIVE_INFINITY }]);
    expect(await readStore(browser.factory, 'rows')).toMatchObject([{ id: 'm1' }]);
  });

  test('F84 finds rows without a channel, by looking every second', async () => {
    const browser = openBrowser();
    const heir = await browser.openTab({ broadcastChannel: null });
    const dead = await browser.openTab({ broadcastChannel: null });
    await putTwenty(dead);
    await advance(browser, [heir], 1_000);

    dead.kill();
    await heir.until('the rows', () => heir.adopted.length === 20);

    expect(heir.told).toHaveLength(1);
  });
});

describe('without Web Locks', () => {
  test('G18 MT-5 takes over from a dead tab within 4 s, and from a living one never', async () => {
    const browser = openBrowser();
    const living = await browser.openTab(LEASES);
    await living.rows.put(message('mine'));
    const dead = await browser.openTab(LEASES);
    const ids = await putTwenty(dead);
    const heir = await browser.openTab(LEASES);

    dead.kill();
    await advance(browser, [living, heir], 2_000);
    const adoptedEarly = [...idsOf(living), ...idsOf(heir)];
    await advance(browser, [living, heir], 2_000);
    await advance(browser, [living, heir], 60_000);

    expect(adoptedEarly).toEqual([]);
    expect([...idsOf(living), ...idsOf(heir)]).toEqual(ids);
    expect([...living.told, ...heir.told]).toHaveLength(1);
  });

  test('F81 tells a tab that was frozen what it lost, and lets it change nothing of that', async () => {
    const browser = openBrowser();
    const frozen = await browser.openTab(LEASES);
    await frozen.rows.put(message('m1', 1));
    await frozen.rows.put(message('m2', 2));
    const heir = await browser.openTab(LEASES);
    frozen.kill();
    await advance(browser, [heir], 4_000);
    await heir.rows.remove('m2');

    const update = frozen.rows.put({ ...message('m1', 1), transmittedAtMs: 1 });
    const again = frozen.rows.put(message('m2', 2));

    await Promise.all([update, again]);
    await frozen.rows.remove('m1');
    expect(frozen.told).toEqual([{ type: 'lost', ids: ['m1', 'm2'] }]);
    expect(await readStore(browser.factory, 'rows')).toMatchObject([{ id: 'm1' }]);
    expect(idsOf(heir)).toEqual(['m1', 'm2']);
  });

  test('I6 tells a tab that was frozen of a row that it could not remove, for another has it', async () => {
    const browser = openBrowser();
    const frozen = await browser.openTab(LEASES);
    await frozen.rows.put(message('m1'));
    const heir = await browser.openTab(LEASES);
    frozen.kill();
    await advance(browser, [heir], 4_000);

    await frozen.rows.remove('m1');
    const told = [...frozen.told];
    await frozen.rows.put(message('m2', 2));

    expect(told).toEqual([{ type: 'lost', ids: ['m1'] }]);
    expect(frozen.told).toEqual(told);
    expect(await readStore(browser.factory, 'rows')).toMatchObject([{ id: 'm1' }, { id: 'm2' }]);
  });

  test('F81 tells a tab that wakes up by itself, and keeps what it writes from then on', async () => {
    const browser = openBrowser();
    const frozen = await browser.openTab({ ...LEASES, broadcastChannel: null });
    await frozen.rows.put(message('m1', 1));
    frozen.kill();
    const heir = await browser.openTab({ ...LEASES, broadcastChannel: null });
    await advance(browser, [heir], 4_000);

    await frozen.rows.put(message('m3', 3));

    expect(frozen.told).toEqual([{ type: 'lost', ids: ['m1'] }]);
    expect(idsOf(heir)).toEqual(['m1']);
    expect(await readStore(browser.factory, 'rows')).toMatchObject([{ id: 'm1' }, { id: 'm3' }]);
  });

  test('takes a lease for lapsed that ends later than any can: the clock was set back', async () => {
    const browser = openBrowser();
    const before = await browser.openTab(LEASES);
    await before.rows.put(message('m1'));
    before.kill();
    const { clock } = browser;
    const hourAgo = {
      nowMs: () => clock.nowMs() - 3_600_000,
      startTimer: (callback: () => void, delayMs: number) => clock.startTimer(callback, delayMs),
    };

    const heir = await browser.openTab({ ...LEASES, clock: hourAgo });
    await heir.until('the row', () => heir.adopted.length === 1);

    expect(idsOf(heir)).toEqual(['m1']);
  });
});

test('C12 names no user and no server in the database, and none in the locks', async () => {
  const browser = openBrowser();
  const names: string[] = [];
  const { locks } = browser.locks.openTab();
  const spying = {
    request: (...given: unknown[]) => {
      names.push(String(given[0]));
      return Reflect.apply(locks.request, locks, given);
    },
  };
  const tab = await browser.openTab({ locks: spying, namespace: 'ada@wss://chat.example' });
  await tab.rows.put(message('m1'));

  const stored = [...(await readStore(browser.factory, 'rows')), ...(await readStore(browser.factory, 'owners'))];

  expect(JSON.stringify(stored)).not.toMatch(/ada@|example/);
  expect(names).toEqual([expect.stringMatching(new RegExp(`^${DATABASE}:[A-Za-z0-9+/=]{44}:`))]);
});
