import type { Locator } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ChatWindow } from './chat-window.js';
import { type Stage, setStage } from './stage.js';

const SOON = { timeout: 15_000 };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

describe('using the page', () => {
  let stage: Stage;
  let windows: ChatWindow[] = [];

  beforeAll(async () => {
    stage = await setStage();
  });
  afterEach(async () => {
    await Promise.all(windows.map((window) => window.close()));
    windows = [];
  });
  afterAll(() => stage.close());

  async function open(name: string, options?: Parameters<Stage['openWindow']>[1]): Promise<ChatWindow> {
    const window = await stage.openWindow(name, options);
    windows.push(window);
    return window;
  }

  it('works by keyboard alone: roving list, Escape, focus that comes back', async () => {
    const { page } = await open('Ada');
    const focusedText = () => page.evaluate(() => document.activeElement?.textContent ?? '');

    await page.getByRole('navigation').getByRole('button', { name: 'Lobby' }).focus();
    await page.keyboard.press('ArrowDown');
    expect(await focusedText()).toContain('Kitchen');
    await page.keyboard.press('End');
    expect(await focusedText()).toContain('Assistant');
    await page.keyboard.press('ArrowDown');
    expect(await focusedText()).toContain('Lobby');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.getByRole('main', { name: 'Assistant' }).waitFor();

    const breakButton = page.getByRole('button', { name: 'Break it' });
    await breakButton.focus();
    await page.keyboard.press('Enter');
    expect(await focusedText()).toBe('Break it');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('complementary').count(), SOON).toBe(0);
    expect(await breakButton.evaluate((button) => button === document.activeElement)).toBe(true);
  });

  it('lets one stop of the Tab key stand for the whole list of conversations', async () => {
    const { page } = await open('Ada');

    const stops = await page.getByRole('navigation').locator('button:not([tabindex="-1"])').allTextContents();

    expect(stops).toHaveLength(1);
    expect(stops[0]).toContain('Lobby');
  });

  it('writes a new line with Shift and Enter, and does not send while a character is composed', async () => {
    const ada = await open('Ada');
    const box = ada.page.locator('#message-box');

    await box.pressSequentially('one');
    await box.press('Shift+Enter');
    await box.pressSequentially('two');
    await box.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true });
    expect(await box.inputValue()).toBe('one\ntwo');
    await box.press('Enter');

    await ada.untilShown('one', ['one\ntwo']);
  });

  it('tells a screen reader of whole messages, and of a stream only its beginning and its end', async () => {
    const ada = await open('Ada');
    await ada.enter('Assistant');
    await ada.page.evaluate(() => {
      const spoken: string[] = [];
      Object.assign(window, { spoken });
      const region = document.querySelector('[data-testid="announcer"]');
      if (region === null) throw new Error('There is no live region.');
      new MutationObserver(() => spoken.push(region.textContent)).observe(region, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    });

    await ada.say('Tell me a story');
    const read = () => ada.page.evaluate(() => ('spoken' in window ? (window.spoken as string[]) : []));
    await expect.poll(async () => (await read()).at(-1), SOON).toMatch(/^Assistant: Once there was/);

    expect(await read()).toEqual(['The assistant is answering', expect.stringMatching(/… and more$/)]);
  });

  it('loads older messages at the top, and what was read stays where it was', async () => {
    const ada = await open('Ada');
    await ada.enter('Workshop');
    await ada.breakIt('Flood this room');
    await expect.poll(() => ada.textsFrom('Flood 1000 of'), { timeout: 30_000 }).toHaveLength(1);
    const grace = await open('Grace');
    await grace.enter('Workshop');
    await expect.poll(() => grace.textsFrom('Flood 1000 of'), SOON).toHaveLength(1);
    const before = await grace.texts();
    const landmark = grace.page.locator('.message', { hasText: before[0] ?? '' }).first();

    const messages = grace.page.getByRole('region', { name: 'Messages' });
    await messages.evaluate((scroller) => scroller.scrollTo({ top: 100 }));
    const topBefore = await topOf(landmark);
    await expect.poll(async () => (await grace.texts()).length, SOON).toBeGreaterThan(before.length);

    expect(Math.abs((await topOf(landmark)) - topBefore)).toBeLessThan(60);
    const texts = await grace.textsFrom('Flood');
    expect(texts).toEqual([...texts].sort((a, b) => numberIn(a) - numberIn(b)));
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('leaves who reads above in peace, says what is new, and goes there on request', async () => {
    const ada = await open('Ada');
    const grace = await open('Grace');
    for (let turn = 1; turn <= 25; turn += 1) await ada.say(`Line ${turn}`);
    await grace.untilShown('Line 25', ['Line 25']);
    const messages = grace.page.getByRole('region', { name: 'Messages' });

    await messages.evaluate((scroller) => scroller.scrollTo({ top: scroller.scrollHeight / 3 }));
    await grace.page.getByRole('button', { name: 'To the end' }).waitFor();
    const topBefore = await messages.evaluate((scroller) => scroller.scrollTop);
    await ada.say('News one');
    await ada.say('News two');
    await grace.page.getByRole('button', { name: '2 new messages' }).waitFor();

    expect(await messages.evaluate((scroller) => scroller.scrollTop)).toBe(topBefore);
    await grace.page.getByRole('button', { name: '2 new messages' }).click();
    await expect.poll(() => grace.page.locator('.to-end').count(), SOON).toBe(0);
    await expect.poll(() => ada.deliveryOf('News two').textContent(), SOON).toBe('Read');
  });

  it('explains its connection on request, and Escape closes that first', async () => {
    const { page } = await open('Ada');

    await page.getByRole('button', { name: 'Break it' }).click();
    await page.getByRole('button', { name: 'Details of the connection' }).click();
    const panel = page.getByRole('region', { name: 'Details of the connection' });
    expect(await panel.textContent()).toContain('Connected.');
    await page.keyboard.press('Escape');

    await expect.poll(() => panel.count(), SOON).toBe(0);
    expect(await page.getByRole('complementary').count()).toBe(1);
  });

  it('fits a phone: one pane at a time, nothing wider than the screen, counters in the drawer', async () => {
    const ada = await open('Ada', PHONE);
    const { page } = ada;
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

    await ada.say(
      'From the tram: a_very_long_word_without_a_single_blank_in_it_that_would_push_the_page_apart_if_it_could',
    );
    await ada.photograph('phone-chat');
    expect(await overflow()).toBeLessThanOrEqual(0);
    await ada.openDrawer();
    await ada.photograph('phone-drawer');
    await expect.poll(() => ada.counter('sent'), SOON).toBe('1');
    expect(await overflow()).toBeLessThanOrEqual(0);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Back to the conversations' }).click();
    await ada.photograph('phone-list');

    expect(await page.getByRole('main').count()).toBe(0);
    expect(await page.getByRole('navigation', { name: 'Conversations' }).isVisible()).toBe(true);
  });

  it('has its picture taken, by day and by night', async () => {
    const ada = await open('Ada');
    const grace = await open('Grace');
    await ada.enter('Kitchen');
    await grace.enter('Kitchen');

    await ada.say('Hello! Is anybody here?');
    await grace.untilShown('Hello', ['Hello! Is anybody here?']);
    await grace.say('I am. What is this place?');
    await ada.untilShown('I am', ['I am. What is this place?']);
    await ada.say(
      'A chat that survives. Cut the cable while we talk: nothing gets lost, not even what you write meanwhile.',
    );
    await grace.say('@bot how do messages survive a lost connection?');
    await ada.page.locator('.caret').waitFor();
    await ada.photograph('desktop-light');
    await ada.openDrawer();
    await ada.page.emulateMedia({ colorScheme: 'dark' });
    await ada.photograph('desktop-dark-drawer');

    expect([...ada.complaints, ...grace.complaints]).toEqual([]);
  });
});

async function topOf(row: Locator): Promise<number> {
  return (await row.boundingBox())?.y ?? Number.NaN;
}

function numberIn(text: string): number {
  return Number(/\d+/.exec(text)?.[0]);
}
