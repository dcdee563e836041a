/** Tabs of one browser that share a database, and what their stores tell them. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { onTestFinished } from 'vitest';
import type { OutboxRows, StoredMessage } from '../../src/ports/outbox-store.js';
import { type IndexedDbOutboxStoreOptions, indexedDbOutboxStore } from '../../src/storage/indexed-db-outbox-store.js';
import { type ManualClock, manualClock } from '../../src/testing/index.js';
import { FakeBrowserLocks } from './fake-locks.js';

const NAMESPACE = 'ada@wss://chat.example';
const DEADLINE_MS = 4_000;

export type Told =
  | { readonly type: 'adopted'; readonly ids: readonly string[] }
  | { readonly type: 'set-aside'; readonly count: number }
  | { readonly type: 'lost'; readonly ids: readonly string[] }
  | { readonly type: 'wiped' }
  | { readonly type: 'failed'; readonly cause: unknown };

export interface Tab {
  readonly rows: OutboxRows;
  readonly told: readonly Told[];
  readonly adopted: readonly StoredMessage[];
  /** Resolves once this is true; looked at after everything that is told. */
  until(what: string, isThere: () => boolean): Promise<void>;
  /** Everything that was asked of the store so far is done. */
  idle(): Promise<void>;
  /** The tab ends without a word. For its store it is as if it had frozen: calls still work. */
  kill(): void;
}

export interface TabOptions extends IndexedDbOutboxStoreOptions {
  readonly namespace?: string;
  /** What this client knew of logouts when it was closed. */
  readonly logoutsKnown?: number | undefined;
}

export interface TestBrowser {
  readonly factory: IDBFactory;
  readonly clock: ManualClock;
  readonly locks: FakeBrowserLocks;
  /** Opens a tab with locks and channels; `options` replace them. */
  openTab(options?: TabOptions): Promise<Tab>;
}

export function message(id: string, order = 1, content = `Text of ${id}`): StoredMessage {
  return {
    id,
    conversationId: 'lobby',
    content,
    metadata: { mood: ['calm', 1, null] },
    inReplyTo: null,
    queuedAtMs: 1_767_225_600_000 + order,
    expiresAtMs: null,
    order,
    transmittedAtMs: null,
  };
}

export function openBrowser(): TestBrowser {
  const browser = {
    factory: new IDBFactory(),
    clock: manualClock(),
    locks: new FakeBrowserLocks(),
    openTab: (options: TabOptions = {}) => openTab(browser, options),
  };
  return browser;
}

async function openTab(browser: TestBrowser, options: TabOptions): Promise<Tab> {
  const { namespace = NAMESPACE, logoutsKnown, ...storeOptions } = options;
  const { locks, kill: killLocks } = browser.locks.openTab();
  const ends = new Set<() => void>();
  const clock = stoppableClock(browser.clock, ends);
  const broadcastChannel = deafeningChannels(ends);
  const store = indexedDbOutboxStore({ indexedDB: browser.factory, locks, clock, broadcastChannel, ...storeOptions });
  const told: Told[] = [];
  const adopted: StoredMessage[] = [];
  const looks = new Set<() => void>();
  const tell = (event: Told) => {
    told.push(event);
    for (const look of looks) look();
  };
  const rows = await store.open({
    namespace,
    logoutsKnown,
    events: {
      adopted(given) {
        adopted.push(...given);
        tell({ type: 'adopted', ids: given.map(({ id }) => id) });
      },
      setAside: (count) => tell({ type: 'set-aside', count }),
      lost: (ids) => tell({ type: 'lost', ids }),
      wiped: () => tell({ type: 'wiped' }),
      failed: (cause) => tell({ type: 'failed', cause }),
    },
  });
  onTestFinished(async () => {
    await rows.close();
  });
  return {
    rows,
    told,
    adopted,
    async idle() {
      await rows.remove('no row has this id');
    },
    kill() {
      for (const end of ends) end();
      killLocks();
    },
    until: (what, isThere) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          looks.delete(look);
          reject(new Error(`Waited ${DEADLINE_MS} ms for ${what}; told: ${JSON.stringify(told)}`));
        }, DEADLINE_MS);
        const look = () => {
          if (!isThere()) return;
          clearTimeout(timer);
          looks.delete(look);
          resolve();
        };
        looks.add(look);
        look();
      }),
  };
}

/** The timers of one tab: they end with it. */
function stoppableClock(clock: ManualClock, ends: Set<() => void>) {
  let hasEnded = false;
  ends.add(() => {
    hasEnded = true;
  });
  return {
    nowMs: () => clock.nowMs(),
    startTimer(callback: () => void, delayMs: number) {
      if (hasEnded) return () => undefined;
      const cancel = clock.startTimer(callback, delayMs);
      ends.add(cancel);
      return () => {
        ends.delete(cancel);
        cancel();
      };
    },
  };
}

/** The channels of one tab: they hear nothing any more once it has ended. */
function deafeningChannels(ends: Set<() => void>): typeof BroadcastChannel {
  return class extends BroadcastChannel {
    constructor(name: string) {
      super(name);
      ends.add(() => {
        this.onmessage = null;
      });
    }
  };
}
