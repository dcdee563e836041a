/** What the contract of outbox stores needs to know of one of them. */
import type { OutboxStore, OutboxStoreEvents, StoredMessage } from '../../src/ports/outbox-store.js';

export interface OutboxStoreHarness {
  /** A store over what this harness keeps; every call gives one as a new page would make it. */
  makeStore(): OutboxStore;
}

export interface Told {
  readonly events: OutboxStoreEvents;
  readonly adopted: readonly StoredMessage[];
  /** The names of all that was told, in its order. */
  readonly names: readonly string[];
  /** Resolves once this many rows were adopted. */
  untilAdopted(count: number): Promise<void>;
}

const DEADLINE_MS = 4_000;

export function recordEvents(): Told {
  const adopted: StoredMessage[] = [];
  const names: string[] = [];
  const looks = new Set<() => void>();
  const tell = (name: string) => {
    names.push(name);
    for (const look of looks) look();
  };
  return {
    adopted,
    names,
    events: {
      adopted(rows) {
        adopted.push(...rows);
        tell('adopted');
      },
      setAside: () => tell('set-aside'),
      lost: () => tell('lost'),
      wiped: () => tell('wiped'),
      failed: () => tell('failed'),
    },
    untilAdopted: (count) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`Waited ${DEADLINE_MS} ms for ${count} rows; there are ${adopted.length}.`)),
          DEADLINE_MS,
        );
        const look = () => {
          if (adopted.length < count) return;
          clearTimeout(timer);
          looks.delete(look);
          resolve();
        };
        looks.add(look);
        look();
      }),
  };
}

export function storedMessage(id: string, order: number): StoredMessage {
  return {
    id,
    conversationId: 'lobby',
    content: `Text of ${id}`,
    metadata: { nested: [1, 'two', null] },
    inReplyTo: null,
    queuedAtMs: 1_767_225_600_000 + order,
    expiresAtMs: null,
    order,
    transmittedAtMs: null,
  };
}
