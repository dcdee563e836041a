/** A tab that a test in the browser can open and kill: a frame of this page with a store of its own. */
import { onTestFinished } from 'vitest';
import type { OutboxRows, OutboxStoreEvents, StoredMessage } from '../../../src/storage/index.js';
import { type IndexedDbOutboxStoreOptions, indexedDbOutboxStore } from '../../../src/storage/index.js';
import { until } from './until.js';

export interface StorageTab {
  readonly rows: OutboxRows;
  /** The names of what was told, with ids where there are some. */
  readonly told: readonly string[];
  readonly adopted: readonly StoredMessage[];
  until(what: string, isThere: () => boolean): Promise<void>;
  /** The frame goes, and with it its locks. */
  kill(): void;
}

export interface StorageTabOptions extends IndexedDbOutboxStoreOptions {
  readonly databaseName: string;
  readonly namespace?: string;
}

/** The locks and the channels are those of the frame, so they end with it as with a tab. */
export async function openStorageTab(options: StorageTabOptions): Promise<StorageTab> {
  const { namespace = 'ada@wss://chat.example', ...storeOptions } = options;
  const frame = document.createElement('iframe');
  document.body.append(frame);
  const { contentWindow } = frame;
  if (contentWindow === null) throw new Error('A frame in the page has a window.');
  const told: string[] = [];
  const adopted: StoredMessage[] = [];
  const looks = new Set<() => void>();
  const tell = (event: string) => {
    told.push(event);
    for (const look of looks) look();
  };
  const events: OutboxStoreEvents = {
    adopted(rows) {
      adopted.push(...rows);
      tell(`adopted ${rows.map(({ id }) => id).join(' ')}`);
    },
    setAside: (count) => tell(`set aside ${count}`),
    lost: (ids) => tell(`lost ${ids.join(' ')}`),
    wiped: () => tell('wiped'),
    failed: (cause) => tell(`failed ${cause instanceof Error ? cause.message : cause}`),
  };
  const store = indexedDbOutboxStore({ locks: contentWindow.navigator.locks, ...storeOptions });
  const rows = await store.open({ namespace, events });
  onTestFinished(async () => {
    await rows.close();
    frame.remove();
  });
  return {
    rows,
    told,
    adopted,
    until: (what, isThere) =>
      until({
        what,
        watch(look) {
          looks.add(look);
          return () => looks.delete(look);
        },
        isThere,
      }),
    kill: () => frame.remove(),
  };
}

/** A database that nobody else uses, deleted at the end of the test. */
export function ownDatabase(): string {
  const databaseName = `test-${crypto.randomUUID()}`;
  onTestFinished(() => {
    indexedDB.deleteDatabase(databaseName);
  });
  return databaseName;
}
