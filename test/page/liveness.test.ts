/**
 * Links that are dead without a word, and pages that are away and come back, in a real Chromium with the client's default
 * options. Most of the time goes by in waiting, so all of it happens at once.
 */
import { type Browser, chromium, type LaunchOptions } from 'playwright';
import { afterAll, beforeAll, describe, type TestContext, test } from 'vitest';
import { pause } from '../../examples/play/script/waiting.js';
import { browserLaunch } from '../../scripts/find-browser.js';
import { bundleClientPage, type ClientStage, type ClientStageTerms, setClientStage } from './client-stage.js';
import { freezePages } from './freezing.js';

const IDLE_MAX_MS = 35_000;
const UNACKED_MAX_MS = 15_000;
const WAKE_MAX_MS = 3_000;
const ONLINE_MAX_MS = 2_000;
const CACHE_MAX_MS = 1_000;
/** The bounds are the client's own deadlines, and a busy machine fires its timers late. */
const TIMER_LATE_MAX_MS = 500;
/** Longer than the client's ping and its deadline together. */
const FROZEN_MS = 36_000;

const WAKES = [
  ['visibilitychange', 'document'],
  ['resume', 'document'],
  ['pageshow', 'window'],
  ['online', 'window'],
  ['focus', 'window'],
] as const;

let script: string;

beforeAll(async () => {
  script = await bundleClientPage();
});

describe.concurrent('a link that is dead without a word', { timeout: 60_000 }, () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch(browserLaunch());
  });
  afterAll(() => browser.close());

  /** An open client, whose link carries nothing any more in either direction since `deadAtMs`. */
  async function killLink({ onTestFinished }: Pick<TestContext, 'onTestFinished'>) {
    const stage = await setClientStage({ browser, script });
    onTestFinished(() => stage.close());
    await stage.say('before');
    await stage.window.untilSettled(['before']);
    stage.link.silence();
    return { stage, deadAtMs: Date.now() };
  }

  /** What the page shows once it is healed. */
  async function untilHealed({ window, say }: ClientStage): Promise<readonly string[]> {
    await say('meanwhile');
    await window.untilSettled(['meanwhile']);
    return window.texts();
  }

  test('L4 F9 CN-5 UP-01 is found within 35 s where nobody says anything', async ({ expect, onTestFinished }) => {
    const { stage, deadAtMs } = await killLink({ onTestFinished });

    const replacedAtMs = await stage.window.untilReplaced(deadAtMs);

    expect(replacedAtMs - deadAtMs).toBeLessThanOrEqual(IDLE_MAX_MS + TIMER_LATE_MAX_MS);
    expect(await untilHealed(stage)).toEqual(['before', 'meanwhile']);
    expect(await stage.window.troubles()).toEqual([]);
  });

  test('L4 F9 is found within 15 s where a message waits for its ack', async ({ expect, onTestFinished }) => {
    const { stage, deadAtMs } = await killLink({ onTestFinished });

    await stage.window.send('unacked');
    const replacedAtMs = await stage.window.untilReplaced(deadAtMs);
    await stage.window.untilSettled(['unacked']);

    expect(replacedAtMs - deadAtMs).toBeLessThanOrEqual(UNACKED_MAX_MS + TIMER_LATE_MAX_MS);
    expect(await untilHealed(stage)).toEqual(['before', 'unacked', 'meanwhile']);
    expect(await stage.window.troubles()).toEqual([]);
  });

  test.for(WAKES)('L3 L4 UP-02 CN-6 F18 is found within 3 s after %s', async (wake, { expect, onTestFinished }) => {
    const { stage } = await killLink({ onTestFinished });

    const wokenAtMs = await stage.window.page.evaluate(([name, target]) => {
      const nowMs = Date.now();
      (target === 'document' ? document : window).dispatchEvent(new Event(name));
      return nowMs;
    }, wake);
    const replacedAtMs = await stage.window.untilReplaced(wokenAtMs);

    expect(replacedAtMs - wokenAtMs).toBeLessThanOrEqual(WAKE_MAX_MS + TIMER_LATE_MAX_MS);
    expect(await untilHealed(stage)).toEqual(['before', 'meanwhile']);
    expect(await stage.window.troubles()).toEqual([]);
    expect(stage.window.sockets).toHaveLength(2);
  });
});

describe.concurrent('a page that comes back', { timeout: 60_000 }, () => {
  /** In a browser of its own, since a freeze hits all of its pages. */
  async function openPage(
    { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
    terms: Partial<ClientStageTerms & { readonly launch: LaunchOptions }> = {},
  ) {
    const { launch, ...rest } = terms;
    const browser: Browser = await chromium.launch({ ...browserLaunch(), ...launch });
    onTestFinished(() => browser.close());
    const stage = await setClientStage({ browser, script, ...rest });
    onTestFinished(() => stage.close());
    return { browser, ...stage };
  }

  test('F64 UP-26 UP-02 from a freeze asks whether its link lives, and keeps it', async ({
    expect,
    onTestFinished,
  }) => {
    const { browser, window, say, server } = await openPage({ onTestFinished });
    await say('before');
    await window.untilSettled(['before']);
    const { length: sentBefore } = window.sockets[0]?.sent ?? [];

    const thaw = await freezePages(browser);
    onTestFinished(thaw);
    for (const text of ['meanwhile 1', 'meanwhile 2', 'meanwhile 3']) await say(text);
    await pause(FROZEN_MS);
    thaw();
    await window.untilSettled(['meanwhile 3']);
    await window.send('after');
    await window.untilSettled(['after']);

    expect(window.sockets[0]?.sent.slice(sentBefore)).toEqual(['ping', 'send_message']);
    expect(await window.texts()).toEqual(['before', 'meanwhile 1', 'meanwhile 2', 'meanwhile 3', 'after']);
    expect((await window.diary()).map(({ status }) => status)).toEqual(['connecting', 'open']);
    expect(window.sockets).toHaveLength(1);
    expect(server.connectionCount).toBe(2);
    expect(await window.troubles()).toEqual([]);
  });

  test('F64 L1 UP-02 from a freeze in which its link died replaces it within 3 s, and what waited arrives once', async ({
    expect,
    onTestFinished,
  }) => {
    const { browser, window, link, say } = await openPage({ onTestFinished });
    await say('before');
    await window.untilSettled(['before']);
    link.silence();
    await window.send('unacked');

    const thaw = await freezePages(browser);
    onTestFinished(thaw);
    await say('meanwhile');
    await pause(FROZEN_MS);
    const thawedAtMs = Date.now();
    thaw();
    const replacedAtMs = await window.untilReplaced(thawedAtMs);
    await window.untilSettled(['unacked', 'meanwhile']);

    expect(replacedAtMs - thawedAtMs).toBeLessThanOrEqual(WAKE_MAX_MS + TIMER_LATE_MAX_MS);
    expect(await window.texts()).toEqual(['before', 'meanwhile', 'unacked']);
    expect(await window.troubles()).toEqual([]);
  });

  test('L3 F9 F18 UP-36 UP-48 from being offline dials within 2 s, and what waited arrives once', async ({
    expect,
    onTestFinished,
  }) => {
    const { window, say } = await openPage({ onTestFinished });
    await say('before');
    await window.untilSettled(['before']);

    await window.page.context().setOffline(true);
    const wentAtMs = Date.now();
    const replacedAtMs = await window.untilReplaced(wentAtMs);
    await window.untilOfflineShown();
    await window.send('waiting');
    await say('meanwhile');
    const { length: socketsBefore } = window.sockets;
    await window.page.context().setOffline(false);
    const cameAtMs = Date.now();
    await window.untilSettled(['waiting', 'meanwhile']);
    const dialledAtMs = window.sockets[socketsBefore]?.openedAtMs ?? Number.POSITIVE_INFINITY;

    expect(replacedAtMs - wentAtMs).toBeLessThanOrEqual(WAKE_MAX_MS + TIMER_LATE_MAX_MS);
    expect(dialledAtMs - cameAtMs).toBeLessThanOrEqual(ONLINE_MAX_MS + TIMER_LATE_MAX_MS);
    expect(await window.texts()).toEqual(['before', 'meanwhile', 'waiting']);
    const diary = (await window.diary()).filter(({ atMs }) => atMs >= wentAtMs);
    const lostMs = diary.find(({ status }) => status !== 'open')?.pageMs ?? Number.POSITIVE_INFINITY;
    const shownMs = diary.find(({ showsOffline }) => showsOffline)?.pageMs ?? 0;
    // A browser may round the times of its timers to whole milliseconds.
    expect(shownMs - lostMs).toBeGreaterThanOrEqual(2_000 - 1);
  });

  test('F70 L3 from a start without a network connects within 2 s of it, and sends what was written', async ({
    expect,
    onTestFinished,
  }) => {
    const { window, say } = await openPage({ onTestFinished }, { connects: false });
    await window.page.context().setOffline(true);
    await say('before');

    await window.connect();
    await window.send('written offline');
    await pause(3_000);
    await window.page.context().setOffline(false);
    const cameAtMs = Date.now();
    await window.untilSettled(['before', 'written offline']);

    const openedAtMs = (await window.diary()).find(({ status }) => status === 'open')?.atMs ?? 0;
    expect(openedAtMs - cameAtMs).toBeGreaterThan(0);
    expect(openedAtMs - cameAtMs).toBeLessThanOrEqual(ONLINE_MAX_MS + TIMER_LATE_MAX_MS);
    expect(await window.texts()).toEqual(['before', 'written offline']);
  });

  test('F68 UP-37 from the back/forward cache is open within 1 s, and shows what it missed once', async ({
    expect,
    onTestFinished,
  }) => {
    const launch = { ignoreDefaultArgs: ['--disable-back-forward-cache'] };
    const { window, say, otherPage, server } = await openPage({ onTestFinished }, { launch });
    await say('before');
    await window.untilSettled(['before']);

    await window.leaveFor(otherPage);
    await say('meanwhile');
    const shownAtMs = await window.returnFromCache();
    await window.untilSettled(['meanwhile']);
    await window.send('after');
    await window.untilSettled(['after']);

    const openings = (await window.diary()).filter(({ status }) => status === 'open').map(({ atMs }) => atMs);
    expect(openings).toHaveLength(2);
    expect((openings[1] ?? Number.POSITIVE_INFINITY) - shownAtMs).toBeLessThanOrEqual(CACHE_MAX_MS);
    expect(await window.texts()).toEqual(['before', 'meanwhile', 'after']);
    expect(server.connectionCount).toBe(2);
    expect(await window.troubles()).toEqual([]);
  });
});
