/** The page with one client, as Node sees it: what its diary says, and every socket that it opened. */
import type { BrowserContext, Page } from 'playwright';
// Brings the type of `window.chat`.
import type { DiaryEntry } from './client-page.js';

const DEADLINE_MS = 30_000;

declare global {
  interface Window {
    /** Where timers are counted. */
    pendingTimers?: ReadonlySet<number>;
  }
}

/** A socket that the page opened, seen from outside of the page, so that nothing there keeps it alive. */
export interface SocketSeen {
  readonly openedAtMs: number;
  /** The types of the frames it sent. */
  readonly sent: string[];
}

export class ClientWindow {
  readonly page: Page;
  readonly sockets: SocketSeen[] = [];
  readonly #exceptions: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('pageerror', ({ message }) => this.#exceptions.push(message));
    page.on('websocket', (socket) => {
      const seen: SocketSeen = { openedAtMs: Date.now(), sent: [] };
      this.sockets.push(seen);
      socket.on('framesent', ({ payload }) => seen.sent.push(readType(payload)));
    });
  }

  static async open(context: BrowserContext, address: string): Promise<ClientWindow> {
    const window = new ClientWindow(await context.newPage());
    await window.page.goto(address);
    return window;
  }

  diary(): Promise<readonly DiaryEntry[]> {
    return this.page.evaluate(() => window.chat.diary);
  }

  /** Errors that the client told of, and exceptions that nobody caught. */
  async troubles(): Promise<readonly string[]> {
    return [...(await this.page.evaluate(() => window.chat.errors)), ...this.#exceptions];
  }

  texts(): Promise<readonly string[]> {
    return this.page.evaluate(() => window.chat.texts());
  }

  async connect(): Promise<void> {
    await this.page.evaluate(() => window.chat.client.connect());
  }

  async reconnect(): Promise<void> {
    await this.page.evaluate(() => window.chat.client.reconnect());
  }

  async logout(): Promise<void> {
    await this.page.evaluate(() => window.chat.client.logout());
  }

  /** Nothing is awaited: the message may have to wait for the network. */
  async send(content: string): Promise<void> {
    await this.page.evaluate((text) => void window.chat.client.send(text), content);
  }

  async untilOpen(): Promise<void> {
    await this.page.waitForFunction(() => window.chat.client.snapshot.connection.status === 'open', null, {
      polling: 20,
      timeout: DEADLINE_MS,
    });
  }

  /** Resolves once the page shows these texts, and every own message is confirmed. */
  async untilSettled(texts: readonly string[]): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => {
        const { messages } = window.chat.client.snapshot;
        const isSettled = messages.every(({ delivery }) => delivery === null || delivery === 'sent');
        return isSettled && wanted.every((text) => messages.some(({ content }) => content === text));
      },
      texts,
      { polling: 20, timeout: DEADLINE_MS },
    );
  }

  async untilNotOpen(): Promise<void> {
    await this.page.waitForFunction(() => window.chat.client.snapshot.connection.status !== 'open', null, {
      polling: 5,
      timeout: DEADLINE_MS,
    });
  }

  async untilOfflineShown(): Promise<void> {
    await this.page.waitForFunction(() => window.chat.client.snapshot.connection.showOffline, null, {
      polling: 20,
      timeout: DEADLINE_MS,
    });
  }

  /** Goes to another page, and fails if this one is not fit for the back/forward cache. */
  async leaveFor(address: string): Promise<void> {
    await this.page.evaluate(() => {
      addEventListener('pageshow', ({ persisted }) => {
        document.title = persisted ? `Shown ${Date.now()}` : 'Loaded';
      });
    });
    await this.page.goto(address);
  }

  /** Resolves with the time at which the browser showed the page again. */
  async returnFromCache(): Promise<number> {
    // Playwright's own `goBack` waits for a navigation that a page from the cache does not have.
    await this.page.evaluate(() => history.back());
    await this.page.waitForFunction(() => document.title.startsWith('Shown'), null, {
      polling: 20,
      timeout: DEADLINE_MS,
    });
    return Number((await this.page.title()).split(' ')[1]);
  }

  /** Counts the page's timers from now on, for a browser does not. */
  async countTimers(): Promise<void> {
    await this.page.evaluate(() => {
      const { setTimeout: start, clearTimeout: stop } = globalThis;
      const pending = new Set<number>();
      // Nobody on this page asks a timer for more than a browser's: a number.
      globalThis.setTimeout = Object.assign((callback: () => void, delayMs?: number) => {
        const id = Number(
          start(() => {
            pending.delete(id);
            callback();
          }, delayMs),
        );
        pending.add(id);
        return id;
      }, start) as unknown as typeof setTimeout;
      globalThis.clearTimeout = (id) => {
        pending.delete(Number(id));
        stop(id);
      };
      window.pendingTimers = pending;
    });
  }

  timersPending(): Promise<number> {
    return this.page.evaluate(() => window.pendingTimers?.size ?? Number.NaN);
  }

  /** When the page gave its link up, since then: it told of a loss, or it dialled beside the link. */
  async untilReplaced(sinceMs: number): Promise<number> {
    const isLost = this.page
      .waitForFunction(
        (since) => window.chat.diary.find(({ status, atMs }) => status !== 'open' && atMs >= since)?.atMs ?? null,
        sinceMs,
        { polling: 20, timeout: 2 * DEADLINE_MS },
      )
      .then(async (handle) => (await handle.jsonValue()) ?? Number.POSITIVE_INFINITY);
    const isDialledAnew = this.page
      .waitForEvent('websocket', { timeout: 2 * DEADLINE_MS })
      .then(() => this.sockets.at(-1)?.openedAtMs ?? Number.POSITIVE_INFINITY);
    return Promise.race([isLost, isDialledAnew]).finally(() => {
      // The slower one may never come, and the page may end before its deadline.
      for (const rest of [isLost, isDialledAnew]) rest.catch(() => undefined);
    });
  }
}

function readType(payload: string | Buffer): string {
  // The client speaks the envelope, whose frames are objects with a type; one of several is a batch.
  const frame: unknown = JSON.parse(String(payload));
  return typeof frame === 'object' && frame !== null && 'type' in frame ? String(frame.type) : 'batch';
}
