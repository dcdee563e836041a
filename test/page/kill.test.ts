/** Real Chromium, killed at the worst moment: what was persisted arrives, once. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { browserLaunch } from '../../scripts/find-browser.js';
import { KillableBrowser } from './killable-browser.js';
import { type OutboxStage, setOutboxStage } from './outbox-stage.js';

const KILLS = Number(process.env['CHATSOCKET_KILLS'] ?? 10);
const KILL_DEADLINE_MS = 10_000;
const TAKEOVER_MAX_MS = 5_000;

let stage: OutboxStage;
let profile: string;
let ends: (() => Promise<unknown>)[];

beforeEach(async () => {
  ends = [];
  profile = await mkdtemp(join(tmpdir(), 'chatsocket-profile-'));
  stage = await setOutboxStage();
});

afterEach(async () => {
  for (const end of ends.reverse()) await end();
  await stage.close();
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
});

function startBrowser(address: string): KillableBrowser {
  const browser = KillableBrowser.start(profile, address);
  ends.push(() => browser.kill());
  return browser;
}

test(
  `G18 F69 a browser killed right after a message was persisted, ${KILLS} times: 0 lost, 0 doubled`,
  async () => {
    const texts = Array.from({ length: KILLS }, (_, index) => `Message ${index}`);

    for (const [index, text] of texts.entries()) {
      const browser = startBrowser(stage.addressOf({ delivers: index > 0, writes: [text] }));
      if (index > 0) {
        const delivering = await stage.untilTold('delivering');
        await stage.untilStored(texts.slice(0, index));
        delivering.answer();
      }
      await stage.untilTold('persisted');
      await browser.kill();
    }
    startBrowser(stage.addressOf({ delivers: true, writes: [] }));
    await stage.untilStored(texts);

    expect(await stage.storedTexts()).toEqual(texts);
  },
  KILLS * KILL_DEADLINE_MS,
);

test.each(['before', 'after'])(
  'G18 MT-5 20 messages of a tab that crashes arrive once and within 5 s, from a tab opened %s the crash',
  async (order) => {
    const texts = Array.from({ length: 20 }, (_, index) => `Message ${index}`);
    const browser = await chromium.launch(browserLaunch());
    ends.push(() => browser.close());
    const context = await browser.newContext();
    const openHeir = async () => (await context.newPage()).goto(stage.addressOf({ delivers: true, writes: [] }));
    const doomed = await context.newPage();
    await doomed.goto(stage.addressOf({ delivers: false, writes: texts }));
    await stage.untilTold('persisted');
    if (order === 'before') await openHeir();
    const storedBefore = await stage.storedTexts();

    const crashed = new Promise((resolve) => doomed.once('crash', resolve));
    doomed.goto('chrome://crash').catch(() => undefined);
    await crashed;
    const startedAtMs = performance.now();
    if (order === 'after') await openHeir();
    await stage.untilStored(texts);
    const takenMs = performance.now() - startedAtMs;

    expect(storedBefore).toEqual([]);
    expect(await stage.storedTexts()).toEqual(texts);
    expect(takenMs).toBeLessThan(TAKEOVER_MAX_MS);
  },
);
