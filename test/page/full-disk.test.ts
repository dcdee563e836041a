/** Real Chromium with no room on its disk. */
import { chromium } from 'playwright';
import { expect, test } from 'vitest';
import { browserLaunch } from '../../scripts/find-browser.js';
import { setOutboxStage } from './outbox-stage.js';

/** An empty database takes more. */
const QUOTA_BYTES = 60_000;

test('F72 UP-21 a message for which the disk has no room is not called persisted, and nothing else breaks', async () => {
  const stage = await setOutboxStage();
  const browser = await chromium.launch(browserLaunch());
  try {
    const page = await browser.newPage();
    const uncaught: Error[] = [];
    page.on('pageerror', (error) => uncaught.push(error));
    const address = stage.addressOf({ delivers: false, writes: ['No room', 'for these'] });
    const session = await page.context().newCDPSession(page);
    await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(address).origin, quotaSize: QUOTA_BYTES });

    await page.goto(address);
    await stage.untilTold('not-persisted');

    expect(uncaught).toEqual([]);
  } finally {
    await browser.close();
    await stage.close();
  }
});
