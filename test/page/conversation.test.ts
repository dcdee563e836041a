import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ChatWindow } from './chat-window.js';
import { type Stage, setStage } from './stage.js';

const SOON = { timeout: 15_000 };

describe('the page', () => {
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

  async function open(name: string): Promise<ChatWindow> {
    const window = await stage.openWindow(name);
    windows.push(window);
    return window;
  }

  it('lets two windows talk, with names, typing and read marks, and logs nothing', async () => {
    const ada = await open('Ada');
    const grace = await open('Grace');

    await ada.say('Good morning, Grace');
    await grace.untilShown('Good morning', ['Good morning, Grace']);
    await grace.say('And to you');
    await ada.untilShown('And to', ['And to you']);
    await grace.page.locator('#message-box').pressSequentially('How a', { delay: 20 });
    await expect.poll(() => ada.page.getByTestId('typing').textContent(), SOON).toBe('Grace is typing…');

    expect(await ada.page.locator('.message', { hasText: 'And to you' }).locator('.message-sender').textContent()).toBe(
      'Grace',
    );
    await expect.poll(() => ada.deliveryOf('Good morning').textContent(), SOON).toBe('Read');
    expect([...ada.complaints, ...grace.complaints]).toEqual([]);
  });

  it('makes two windows of one browser two people', async () => {
    const ada = await open('Ada');
    const second = await ada.page.context().newPage();
    await second.goto(stage.address);

    await ada.say('Who sits beside me?');
    await second.locator('.message', { hasText: 'Who sits beside me?' }).waitFor();

    const role = await second.locator('.message', { hasText: 'Who sits beside me?' }).getAttribute('data-role');
    expect(role).toBe('other');
  });

  it('C9 shows markup as the text that it is', async () => {
    const ada = await open('Ada');
    const grace = await open('Grace');
    const hostile = "<img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>";

    await ada.say(hostile);
    await grace.untilShown('<img', [hostile]);

    expect(await grace.page.locator('main img, main script').count()).toBe(0);
    expect(await grace.page.title()).not.toBe('pwned');
    expect([...ada.complaints, ...grace.complaints]).toEqual([]);
  });

  it('counts what is unread elsewhere, and no more once it is looked at', async () => {
    const ada = await open('Ada');
    const grace = await open('Grace');

    await grace.enter('Kitchen');
    await grace.say('Coffee?');
    await grace.say('Tea?');
    const kitchen = ada.page.getByRole('navigation').getByRole('button', { name: 'Kitchen' });
    await expect.poll(() => kitchen.locator('.badge').textContent(), SOON).toBe('2 unread');
    expect(await ada.page.title()).toBe('(2) chatsocket');
    await kitchen.click();

    await expect.poll(() => kitchen.locator('.badge').count(), SOON).toBe(0);
    await expect.poll(() => ada.page.title(), SOON).toBe('chatsocket');
  });

  it('streams the answer of the assistant and stops it on request', async () => {
    const ada = await open('Ada');
    await ada.enter('Assistant');

    await ada.say('Tell me a long story');
    const answer = ada.page.locator('.message[data-role="assistant"] .bubble').last();
    await answer.locator('.caret').waitFor();
    await expect
      .poll(async () => (await answer.locator('.bubble-text').textContent())?.length ?? 0, SOON)
      .toBeGreaterThan(20);
    await ada.page.getByRole('button', { name: 'Stop' }).click();

    await expect.poll(() => answer.locator('.stream-note').textContent(), SOON).toBe('stopped');
    const text = await answer.locator('.bubble-text').textContent();
    expect('Once there was a message that wanted to cross a river.').toContain(text?.slice(0, 20));
    expect(text).not.toContain('in the order in which they had left home');
    await expect.poll(() => ada.page.getByRole('button', { name: 'Stop' }).count(), SOON).toBe(0);
    expect(ada.complaints).toEqual([]);
  });

  it('streams an answer to its end', async () => {
    const ada = await open('Ada');
    await ada.enter('Assistant');

    await ada.say('hello');
    const answer = ada.page.locator('.message[data-role="assistant"] .bubble').last();
    await answer.locator('.caret').waitFor();

    await expect.poll(() => answer.locator('.bubble-text').textContent(), SOON).toMatch(/ask me for a story\.$/);
    await expect.poll(() => answer.locator('.caret').count(), SOON).toBe(0);
  });

  it('refuses a message that is too long, counts the characters and keeps the text', async () => {
    const ada = await open('Ada');

    await ada.say('x'.repeat(5_003));

    expect(await ada.page.locator('.composer-hint').textContent()).toBe('3 characters too many');
    expect(await ada.page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
    expect(await ada.page.locator('#message-box').inputValue()).toHaveLength(5_003);
  });

  it('keeps a draft, the person and the history through a reload', async () => {
    const ada = await open('Ada');
    await ada.enter('Workshop');
    await ada.say('Before the reload');
    await expect.poll(() => ada.deliveryOf('Before the reload').textContent(), SOON).toBe('Sent');
    await ada.page.locator('#message-box').fill('half a thou');

    await ada.page.reload();
    await ada.untilConnected();
    await ada.enter('Workshop');

    await ada.untilShown('Before', ['Before the reload']);
    expect(await ada.page.locator('.message', { hasText: 'Before the reload' }).getAttribute('data-role')).toBe('self');
    expect(await ada.page.locator('#message-box').inputValue()).toBe('half a thou');
  });
});
