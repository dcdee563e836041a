/** Tabs of one real Chromium without a store: all that a logout has to reach the others is the browser's own channel. */
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { browserLaunch } from '../../scripts/find-browser.js';
import { bundleClientPage, type ClientStage, setClientStage } from './client-stage.js';
import type { ClientWindow } from './client-window.js';

const ADA = { identity: 'ada' };
const SOON = { timeout: 15_000, interval: 20 };
/** A logout is heard by then. */
const HEARD_WITHIN_MS = 1_000;

let browser: Browser;
let script: string;

beforeAll(async () => {
  [browser, script] = await Promise.all([chromium.launch(browserLaunch()), bundleClientPage()]);
});
afterAll(() => browser.close());

async function openStage(): Promise<ClientStage> {
  const stage = await setClientStage({ browser, script, options: ADA });
  onTestFinished(() => stage.close());
  return stage;
}

async function untilClosed(tab: ClientWindow) {
  await expect.poll(async () => (await tab.diary()).at(-1)?.status, SOON).toBe('closed');
  return (await tab.diary()).at(-1);
}

test('MT-8 F87 UP-18 a logout in one tab ends the session of the other within a second, and of nobody else', async () => {
  const stage = await openStage();
  const here = stage.window;
  const [there, guest] = [await stage.openTab(ADA), await stage.openTab({ identity: 'guest' })];
  await stage.say('for whoever is here');
  for (const tab of [here, there, guest]) await tab.untilSettled(['for whoever is here']);

  const loggedOutAtMs = Date.now();
  await here.logout();
  const end = await untilClosed(there);

  expect(end?.atMs).toBeLessThan(loggedOutAtMs + HEARD_WITHIN_MS);
  await expect.poll(() => stage.link.links().length, SOON).toBe(1);
  await stage.say('for who is left');
  await guest.untilSettled(['for whoever is here', 'for who is left']);
  expect([await here.texts(), await there.texts()]).toEqual([[], []]);
  expect([here, there, guest].map(({ sockets }) => sockets.length)).toEqual([1, 1, 1]);
  for (const tab of [here, there, guest]) expect(await tab.troubles()).toEqual([]);
});

test('MT-8 UP-18 a tab whose user comes back begins anew, and hears the next logout too', async () => {
  const stage = await openStage();
  const here = stage.window;
  const there = await stage.openTab(ADA);
  await here.logout();
  await untilClosed(there);

  await there.connect();
  await there.untilOpen();
  await stage.say('for who came back');
  await there.untilSettled(['for who came back']);
  await here.logout();
  await untilClosed(there);

  expect(await there.texts()).toEqual([]);
  expect(there.sockets).toHaveLength(2);
});

test('MT-8 F77 a logout leaves a tab alone that has not said who it is', async () => {
  const stage = await openStage();
  const nobody = await stage.openTab({});

  await stage.window.logout();
  await expect.poll(() => stage.link.links().length, SOON).toBe(1);
  await stage.say('still here');

  await nobody.untilSettled(['still here']);
  expect((await nobody.diary()).map(({ status }) => status)).toContain('open');
  expect(nobody.sockets).toHaveLength(1);
});
