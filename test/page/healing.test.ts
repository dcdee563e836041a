import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ChatWindow } from './chat-window.js';
import { type Stage, setStage } from './stage.js';

const SOON = { timeout: 15_000 };

/** The texts of `count` messages, so that a missing, doubled or misplaced one shows. */
function numbered(label: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${label} ${index + 1}`);
}

describe('the page on a broken link', () => {
  let stage: Stage;
  let ada: ChatWindow;
  let grace: ChatWindow;

  beforeAll(async () => {
    stage = await setStage();
  });
  afterEach(async () => {
    await ada.close();
    await grace.close();
  });
  afterAll(() => stage.close());

  async function openBoth(): Promise<void> {
    ada = await stage.openWindow('Ada');
    grace = await stage.openWindow('Grace');
  }

  async function expectNothingWrong(): Promise<void> {
    await expect.poll(() => ada.faultsCounted(), SOON).toEqual(['0', '0', '0']);
    expect(await grace.faultsCounted()).toEqual(['0', '0', '0']);
    expect([...ada.ownComplaints, ...grace.ownComplaints]).toEqual([]);
  }

  it.each([
    ['a cut socket', 'Cut the socket', 1],
    ['a link that went silent', 'Go silent', 1],
    ['a server restart', 'Restart the server', 2],
    ['an expired token', 'Expire the token', 1],
    ['a refused token', 'Refuse the token', 1],
  ])('heals %s, and what was written meanwhile arrives once and in order', async (_, fault, heals) => {
    await openBoth();
    const texts = numbered(fault, 8);

    for (const text of texts.slice(0, 2)) await ada.say(text);
    await ada.breakIt(fault);
    for (const text of texts.slice(2, 6)) await ada.say(text);
    await expect.poll(() => ada.counter('reconnects'), { timeout: 30_000 }).not.toBe('0');
    await ada.untilConnected();
    for (const text of texts.slice(6)) await ada.say(text);

    await grace.untilShown(fault, texts);
    expect(await ada.textsFrom(fault)).toEqual(texts);
    await expect.poll(() => ada.counter('acked'), SOON).toBe(String(texts.length));
    expect(Number(await ada.counter('reconnects'))).toBeLessThanOrEqual(heals);
    await expectNothingWrong();
  });

  it('brings a volley of twenty through a cut in its middle', async () => {
    await openBoth();
    const texts = Array.from({ length: 20 }, (_, index) => `${index + 1} of 20`);
    const volley = async (window: ChatWindow) => (await window.texts()).filter((text) => text.endsWith(' of 20'));

    await ada.breakIt('Write 20 messages');
    await ada.breakIt('Cut the socket');

    await expect.poll(() => volley(grace), { timeout: 30_000 }).toEqual(texts);
    expect(await volley(ada)).toEqual(texts);
    await expect.poll(() => ada.counter('acked'), SOON).toBe('20');
    await expectNothingWrong();
  });

  it('keeps what is said to somebody whose link is cut, and shows it after', async () => {
    await openBoth();
    const texts = numbered('Said to nobody', 5);

    await grace.breakIt('Go silent');
    for (const text of texts) await ada.say(text);

    await grace.untilShown('Said to nobody', texts);
    await expectNothingWrong();
  });

  it('goes on with an answer where it stopped when the link was cut', async () => {
    await openBoth();
    await ada.enter('Assistant');

    await ada.say('Tell me a story');
    const answer = ada.page.locator('.message[data-role="assistant"] .bubble-text').last();
    await answer.locator('.caret').waitFor();
    await ada.breakIt('Cut the socket');

    await expect.poll(() => answer.textContent(), { timeout: 30_000 }).toMatch(/came all the others\.$/);
    expect(await answer.textContent()).toMatch(/^Once there was a message that wanted to cross a river\.\n/);
    expect((await answer.textContent())?.match(/Once there was/g)).toHaveLength(1);
    await expectNothingWrong();
  });

  it('shows ticks late on a slow link, and in time once it is healed', async () => {
    await openBoth();

    await ada.breakIt('Slow it down');
    await ada.page.getByText('Slow it down: done.').waitFor();
    await ada.say('By snail');
    expect(await ada.deliveryOf('By snail').textContent()).toMatch(/^(Waiting to be sent|Sending)$/);
    await grace.untilShown('By snail', ['By snail']);
    await ada.breakIt('Heal the link');
    await ada.page.getByText('Heal the link: done.').waitFor();
    await ada.say('By falcon');

    await grace.untilShown('By', ['By snail', 'By falcon']);
    await expectNothingWrong();
  });

  it('shows each message of a flood once, and stays able to chat', async () => {
    await openBoth();

    await ada.breakIt('Flood this room');
    await ada.say('In the middle of it');
    await expect.poll(() => ada.counter('acked'), SOON).toBe('1');
    for (const window of [ada, grace]) {
      await expect.poll(() => window.textsFrom('Flood 1000 of'), { timeout: 30_000 }).toHaveLength(1);
    }
    await ada.say('After it');
    await grace.untilShown('After it', ['After it']);
    // The page keeps the newest 500; those are without a hole.
    const numbers = (await grace.textsFrom('Flood')).map((text) => Number(/\d+/.exec(text)?.[0]));
    expect(numbers.length).toBeGreaterThan(400);
    expect(numbers).toEqual(numbers.map((_, index) => 1_000 - numbers.length + 1 + index));

    await expectNothingWrong();
  });

  it('UP-48 shows no banner for a blip', async () => {
    await openBoth();
    await ada.page.evaluate(() => {
      const banner = document.querySelector('.offline');
      if (banner === null) throw new Error('There is no banner.');
      const watch = () => {
        if (banner.getAttribute('data-shown') === 'true') document.body.dataset['bannerSeen'] = 'true';
      };
      new MutationObserver(watch).observe(banner, { attributes: true });
    });

    await ada.breakIt('Cut the socket');
    await expect.poll(() => ada.counter('reconnects'), SOON).toBe('1');

    expect(await ada.page.locator('body').getAttribute('data-banner-seen')).toBeNull();
    await expectNothingWrong();
  });

  it('shows a message that was refused for good as such, until it is put away', async () => {
    await openBoth();
    await ada.refuseMessages();

    await ada.say('Something rude');
    const row = ada.page.locator('.message', { hasText: 'Something rude' });
    await row.getByText('The server refused the message: VALIDATION_ERROR.').waitFor();
    await ada.photograph('desktop-refused');
    expect(await ada.deliveryOf('Something rude').textContent()).toBe('Not sent');
    await row.getByRole('button', { name: 'Retry' }).click();
    await expect.poll(() => ada.counter('sent'), SOON).toBe('2');
    await row.getByRole('button', { name: 'Remove' }).click();

    await expect.poll(() => row.count(), SOON).toBe(0);
    expect(await grace.textsFrom('Something')).toEqual([]);
    await expectNothingWrong();
  });

  it('UP-48 tells of a loss that lasts, lets a waiting message be taken back, and sends the rest in the end', async () => {
    await openBoth();

    await ada.page.context().setOffline(true);
    await ada.breakIt('Cut the socket').catch(() => undefined);
    await fetch(`${stage.address}/faults/cut`, { method: 'POST' });
    await ada.page.getByText('You are offline').waitFor();
    await ada.say('Better not');
    await ada.say('Still here');
    await ada.photograph('desktop-offline');
    expect(await ada.status()).toMatch(/^Reconnecting… attempt \d+(, in \d+ s)?$/);
    expect(await ada.deliveryOf('Better not').textContent()).toBe('Waiting to be sent');
    await ada.page.locator('.message', { hasText: 'Better not' }).getByRole('button', { name: 'Cancel' }).click();
    await ada.page.context().setOffline(false);

    await ada.untilConnected();
    await grace.untilShown('Still', ['Still here']);
    expect(await grace.textsFrom('Better')).toEqual([]);
    expect(await ada.textsFrom('Better')).toEqual([]);
    await expect.poll(() => ada.page.getByText('You are offline').count(), SOON).toBe(0);
    await expectNothingWrong();
  });
});
