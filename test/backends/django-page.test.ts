/** The backend's page in a real Chromium, over a link that is cut, through a reload, a killed worker and a restart. */
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../../examples/play/fault-proxy.js';
import { pause } from '../../examples/play/script/waiting.js';
import { browserLaunch } from '../../scripts/find-browser.js';
import { PageSeat } from './support/page-seat.js';
import { stage } from './support/stage.js';
import { Visitor } from './support/visitor.js';

const QUESTIONS = 20;
const CUT_EVERY = 3;
const DEADLINE = { timeout: 60_000, interval: 50 };

describe('the page at a real assistant', () => {
  const theatre = stage({ page: {}, settings: { RETRY_DELAY_MS: '200', TASK_VISIBLE_AGAIN_S: '2', TURN_S: '3' } });
  let browser: Browser;
  let link: FaultProxy;

  beforeAll(async () => {
    browser = await chromium.launch(browserLaunch());
    link = await startFaultProxy({ targetPort: Number(new URL(theatre.django.url).port) });
  });
  afterAll(async () => {
    await browser?.close();
    await link?.close();
  });

  test('DS-3 UP-14 asks each question once and shows what the history has, through cuts, a reload, a killed worker and a restart', {
    timeout: 120_000,
  }, async () => {
    const { django } = theatre;
    const account = { name: theatre.newName(), password: django.password };
    const seat = await PageSeat.take(browser, `http://127.0.0.1:${link.port}`, account);
    const visitor = new Visitor(django.url);
    await visitor.post('/api/v1/auth/login/', { email: account.name, password: account.password });
    const asked = Array.from({ length: QUESTIONS }, (_, index) => `question ${index + 1}`);

    for (const [index, question] of asked.entries()) {
      await seat.say('streaming', question);
      await pause(300);
      if (index % CUT_EVERY === CUT_EVERY - 1) link.cut();
      if (index === 6) await django.killWorker();
      if (index === 8) await django.startWorker();
      // What was asked in between is kept by the page alone when it is loaded again.
      if (index === 11) link.refuseNew(true);
      if (index === 12) {
        link.refuseNew(false);
        await seat.reload();
      }
      if (index === 15) await django.killDaphne();
      if (index === 16) await django.restartDaphne();
    }
    await expect.poll(async () => (await seat.shown('streaming')).length, DEADLINE).toBe(2 * QUESTIONS);
    await expect.poll(() => seat.unsettled('streaming'), DEADLINE).toEqual([]);
    const shown = (await seat.shown('streaming')).map(
      ({ role, content }) => `${role === 'self' ? 'user' : role}: ${content}`,
    );
    const history = await visitor.history('page');

    expect(history.filter((line) => line.startsWith('user: '))).toEqual(asked.map((question) => `user: ${question}`));
    expect([...shown].sort()).toEqual([...history].sort());
    await seat.leave();
  });
});
