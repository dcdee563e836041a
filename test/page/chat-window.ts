/** One window of the chat page, in the words of a person who sits before it. */

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import { expect } from 'vitest';

const ARTIFACTS = fileURLToPath(new URL('../artifacts/', import.meta.url));

/** What the browser itself says about a link that is really broken; no page can keep it from that. */
const BROKEN_LINK = /^WebSocket connection to|^Failed to load resource/;

const HEAL_WITHIN_MS = 30_000;

export class ChatWindow {
  readonly page: Page;
  /** Console errors, console warnings and uncaught exceptions. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
    });
  }

  static async open(page: Page, address: string, name: string): Promise<ChatWindow> {
    const window = new ChatWindow(page);
    await page.goto(address);
    await window.untilConnected();
    await window.rename(name);
    return window;
  }

  /** Complaints that are the page's own fault. */
  get ownComplaints(): readonly string[] {
    return this.complaints.filter((complaint) => !BROKEN_LINK.test(complaint));
  }

  async rename(name: string): Promise<void> {
    const isNarrow = await this.page.getByRole('button', { name: 'Back to the conversations' }).isVisible();
    if (isNarrow) await this.page.getByRole('button', { name: 'Back to the conversations' }).click();
    await this.page.getByRole('button', { name: 'Change your name' }).click();
    await this.page.getByLabel('Your name').fill(name);
    await this.page.getByRole('button', { name: 'Save' }).click();
    if (isNarrow) await this.enter('Lobby');
  }

  async enter(room: string): Promise<void> {
    await this.page.getByRole('navigation').getByRole('button', { name: room }).click();
    await this.page.getByRole('main', { name: room }).waitFor();
  }

  async say(text: string): Promise<void> {
    await this.page.locator('#message-box').fill(text);
    await this.page.locator('#message-box').press('Enter');
  }

  /** From the next connection on, a server in the middle refuses each message for good. */
  async refuseMessages(): Promise<void> {
    await this.page.routeWebSocket(/\/ws/, (link) => {
      const server = link.connectToServer();
      link.onMessage((message) => {
        const json: unknown = JSON.parse(String(message));
        const frames: readonly unknown[] = Array.isArray(json) ? json : [json];
        for (const { messageId } of frames.filter(isSend)) {
          const payload = { code: 'VALIDATION_ERROR', message: 'No such words here.', messageId };
          link.send(JSON.stringify({ type: 'error', payload }));
        }
        for (const frame of frames) if (!isSend(frame)) server.send(JSON.stringify(frame));
      });
    });
    await this.page.reload();
    await this.untilConnected();
  }

  /** The texts of the messages on the screen, from top to bottom. */
  texts(): Promise<readonly string[]> {
    return this.page.locator('.bubble-text').allTextContents();
  }

  /** Those of them that begin with `prefix`. */
  async textsFrom(prefix: string): Promise<readonly string[]> {
    return (await this.texts()).filter((text) => text.startsWith(prefix));
  }

  async untilShown(prefix: string, texts: readonly string[]): Promise<void> {
    await expect.poll(() => this.textsFrom(prefix), { timeout: HEAL_WITHIN_MS }).toEqual(texts);
  }

  /** The word for a screen reader under an own message: “Sent”, “Read”, “Waiting to be sent” … */
  deliveryOf(text: string) {
    return this.page.locator('.message', { hasText: text }).last().locator('.delivery');
  }

  status(): Promise<string | null> {
    return this.page.getByTestId('status').textContent();
  }

  async untilConnected(): Promise<void> {
    await expect.poll(() => this.status(), { timeout: HEAL_WITHIN_MS }).toBe('Connected');
  }

  async untilNotConnected(): Promise<void> {
    await expect.poll(() => this.status(), { timeout: HEAL_WITHIN_MS, interval: 20 }).not.toBe('Connected');
  }

  async breakIt(fault: string): Promise<void> {
    await this.openDrawer();
    await this.page.getByRole('complementary').getByRole('button', { name: fault }).click();
  }

  async openDrawer(): Promise<void> {
    const drawer = this.page.getByRole('complementary', { name: 'Break it' });
    if (!(await drawer.isVisible())) await this.page.getByRole('button', { name: 'Break it' }).click();
    await drawer.waitFor();
  }

  async counter(name: string): Promise<string | null> {
    return this.page.locator(`[data-counter="${name}"] dd`).textContent();
  }

  /** Every counter that must stay 0. */
  async faultsCounted(): Promise<readonly (string | null)[]> {
    return Promise.all(['lost', 'doubled', 'out of order'].map((name) => this.counter(name)));
  }

  async photograph(name: string): Promise<void> {
    await mkdir(ARTIFACTS, { recursive: true });
    await this.page.bringToFront();
    await this.page.screenshot({ path: `${ARTIFACTS}${name}.png`, animations: 'disabled' });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

function isSend(frame: unknown): frame is { readonly messageId: string } {
  return typeof frame === 'object' && frame !== null && 'type' in frame && frame.type === 'send_message';
}
