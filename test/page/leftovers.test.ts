/** What two hundred reconnects leave behind in a real Chromium, counted by the browser itself. */
import { type Browser, type CDPSession, chromium } from 'playwright';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { browserLaunch } from '../../scripts/find-browser.js';
import { bundleClientPage, type ClientStage, setClientStage } from './client-stage.js';

const RECONNECTS = 200;
/** So long that the user's call comes before the client's own retry, on a busy machine too. */
const RETRY_MS = 600_000;

let browser: Browser;
let script: string;

beforeAll(async () => {
  [browser, script] = await Promise.all([chromium.launch(browserLaunch()), bundleClientPage()]);
});
afterAll(() => browser.close());

interface Counts {
  readonly webSockets: number;
  readonly listeners: number;
  readonly timers: number;
}

test('G10 G11 I7 I10 UP-39 leaves one WebSocket, and no listener or timer more, after 200 reconnects', async () => {
  const stage = await setClientStage({
    browser,
    script,
    connects: false,
    options: { reconnect: { delayFirstMs: RETRY_MS, delayMaxMs: RETRY_MS } },
  });
  onTestFinished(() => stage.close());
  const { window, link } = stage;
  await window.countTimers();
  await window.connect();
  await window.untilOpen();
  const session = await window.page.context().newCDPSession(window.page);
  // The first reconnects bring what is made once and kept.
  for (let count = 0; count < 10; count += 1) await reconnect(stage, count);
  const before = await countAll(stage, session);

  for (let count = 0; count < RECONNECTS; count += 1) await reconnect(stage, count);
  await stage.say('after all of it');
  await window.untilSettled(['after all of it']);
  const after = await countAll(stage, session);

  expect(window.sockets).toHaveLength(1 + 10 + RECONNECTS);
  expect(after.webSockets).toBe(1);
  expect(after).toEqual(before);
  expect(link.links()).toHaveLength(1);
  expect(await window.troubles()).toEqual([]);
});

test('G10 a browser counts each WebSocket that a page holds on to', async () => {
  const stage = await setClientStage({ browser, script });
  onTestFinished(() => stage.close());
  const session = await stage.window.page.context().newCDPSession(stage.window.page);

  await stage.window.page.evaluate(() => {
    window.pendingTimers = new Set();
    Object.assign(window, { held: [1, 2].map(() => new WebSocket(`ws://${location.host}`)) });
  });

  expect(await countAll(stage, session)).toMatchObject({ webSockets: 3 });
});

/** By a cut and by the user's call in turn; either is over when the server has one connection of the page again. */
async function reconnect({ window, link }: ClientStage, count: number): Promise<void> {
  const { length: socketsBefore } = window.sockets;
  if (count % 2 === 0) {
    link.cut();
    await window.untilNotOpen();
  }
  await window.reconnect();
  await expect
    .poll(() => [window.sockets.length, link.links().length], { interval: 5, timeout: 8_000 })
    .toEqual([socketsBefore + 1, 1]);
  await window.untilOpen();
}

async function countAll({ window }: ClientStage, session: CDPSession): Promise<Counts> {
  await session.send('HeapProfiler.collectGarbage');
  const { result: prototype } = await session.send('Runtime.evaluate', { expression: 'WebSocket.prototype' });
  if (prototype.objectId === undefined) throw new Error('The page has no WebSocket class.');
  const { objects } = await session.send('Runtime.queryObjects', { prototypeObjectId: prototype.objectId });
  const { result: length } = await session.send('Runtime.callFunctionOn', {
    objectId: objects.objectId ?? '',
    functionDeclaration: 'function () { return this.length; }',
  });
  for (const { objectId } of [objects, prototype]) {
    if (objectId !== undefined) await session.send('Runtime.releaseObject', { objectId });
  }
  const { jsEventListeners } = await session.send('Memory.getDOMCounters');
  return { webSockets: Number(length.value), listeners: jsEventListeners, timers: await window.timersPending() };
}
