/** At a real browser that shows the backend's own page. */
import type { Browser, BrowserContext, Page } from 'playwright';
import type { Account, Family, Seat, ShownMessage } from './seat.js';

export class PageSeat implements Seat {
  readonly #context: BrowserContext;
  readonly #page: Page;

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.#page = page;
  }

  static async take(browser: Browser, url: string, { name, password }: Account): Promise<PageSeat> {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(url);
    await page.getByLabel('Account').fill(name);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.locator('#streaming output[data-status]').waitFor();
    return new PageSeat(context, page);
  }

  async say(family: Family, text: string): Promise<void> {
    const form = this.#page.locator(`#${family} form`);
    await form.getByLabel('Message').fill(text);
    await form.getByRole('button', { name: 'Send' }).click();
  }

  shown(family: Family): Promise<readonly ShownMessage[]> {
    return this.#page
      .locator(`#${family} .messages li`)
      .evaluateAll((items) => items.map(({ className, textContent }) => ({ role: className, content: textContent })));
  }

  async status(family: Family): Promise<string> {
    return (await this.#page.locator(`#${family} output`).getAttribute('data-status')) ?? '';
  }

  async errors(family: Family): Promise<readonly string[]> {
    return (await this.#told(family, 'error')).map((text) => text.split(':')[0] ?? '');
  }

  async opens(family: Family): Promise<number> {
    return (await this.#told(family, 'dial')).filter((text) => text === 'open').length;
  }

  async reconnect(family: Family): Promise<void> {
    await this.#page.locator(`#${family} .reconnect`).click();
  }

  /** As by F5: what the page keeps is all that is left. */
  async reload(): Promise<void> {
    await this.#page.reload();
  }

  /** Everything that is shown and not over: questions without the server's word, answers without an end. */
  unsettled(family: Family): Promise<readonly string[]> {
    return this.#page
      .locator(`#${family} .messages li:not([data-state='sent'], [data-state='done'])`)
      .allTextContents();
  }

  leave(): Promise<void> {
    return this.#context.close();
  }

  #told(family: Family, what: 'dial' | 'error'): Promise<readonly string[]> {
    return this.#page.locator(`#${family} .frames .${what}`).allTextContents();
  }
}
