/** What a page and its browser complain of. Some complaints are the browser's alone: no script of the page hears them. */
import type {} from '@vitest/browser-playwright';
import type { BrowserCommand } from 'vitest/node';

declare module 'vitest/browser' {
  interface BrowserCommands {
    /** Forgets what was complained of. */
    watchConsole(): Promise<void>;
    /** The errors, warnings and uncaught exceptions since. */
    consoleComplaints(): Promise<readonly string[]>;
  }
}

const complaints = new WeakMap<object, string[]>();

const watchConsole: BrowserCommand<[]> = ({ page }) => {
  if (!complaints.has(page)) {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.get(page)?.push(message.text());
    });
    page.on('pageerror', (error) => complaints.get(page)?.push(String(error)));
  }
  complaints.set(page, []);
};

const consoleComplaints: BrowserCommand<[]> = async ({ page }) => {
  // What the browser tells comes in order, so nothing that was said before is still on its way after this answer.
  await page.evaluate('0');
  return complaints.get(page) ?? [];
};

export const consoleCommands = { watchConsole, consoleComplaints };
