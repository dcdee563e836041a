import type { Clock } from '../ports/clock.js';
import type { OutboxStore, OutboxStoreRequest } from '../ports/outbox-store.js';
import { checkStoreOptions } from './check-store-options.js';
import { Connection } from './connection.js';
import { OutboxSession } from './outbox-session.js';
import { type ChannelClass, type Locks, Presence } from './presence.js';
import type { OutboxCodec } from './stored-row.js';

export type { ChannelClass, Locks } from './presence.js';
export type { OutboxCodec } from './stored-row.js';

export interface IndexedDbOutboxStoreOptions {
  /** Default: `chatsocket-outbox`. One database holds the rows of every user and server, apart from each other. */
  readonly databaseName?: string;
  /** Encrypts what is kept. Default: none; messages are then kept as plain text. */
  readonly codec?: OutboxCodec;
  /** Default: `globalThis.indexedDB`, looked up when the store is opened. Its classes (`IDBRequest` and so on) have to be the global ones. */
  readonly indexedDB?: IDBFactory;
  /** Default: `navigator.locks`; null for none. Without locks a tab tells every second that it lives, and others wait for up to 4 s to take over from it. */
  readonly locks?: Locks | null;
  /** Default: `globalThis.BroadcastChannel`; null for none. Without channels, tabs look into the database every second. */
  readonly broadcastChannel?: ChannelClass | null;
  /** Wall-clock time that all tabs agree on, and timers. Default: `Date.now` and `setTimeout`. */
  readonly clock?: Clock;
}

/**
 * Keeps the outbox in IndexedDB, across reloads and crashes. `persisted` of a message settles once it is on the disk.
 *
 * Tabs of one user share the database and never send the same message: each message belongs to the tab it was written
 * in, and the others take it over as soon as that tab is gone. It does not keep the history of conversations. Where
 * there is no IndexedDB or it breaks down, the client says so with one `error` event and goes on in memory.
 * Throws `usage/invalid-option` for options that cannot be used.
 *
 * @example
 * import { indexedDbOutboxStore } from 'chatsocket/storage';
 *
 * const options = { identity: 'user-42', outbox: { store: indexedDbOutboxStore() } };
 */
export function indexedDbOutboxStore(options: IndexedDbOutboxStoreOptions = {}): OutboxStore {
  checkStoreOptions(options);
  return { name: 'indexed-db', isDurable: true, open: (request) => openSession(options, request) };
}

async function openSession(options: IndexedDbOutboxStoreOptions, request: OutboxStoreRequest): Promise<OutboxSession> {
  const { databaseName: name = 'chatsocket-outbox', codec = null, clock = wallClock } = options;
  const factory = options.indexedDB ?? findFactory();
  const { locks = findLocks(), broadcastChannel = findChannelClass() } = options;
  const namespace = await hideNamespace(request.namespace);
  const owner = crypto.getRandomValues(new Uint32Array(4)).join('-');
  const connection: Connection = new Connection({ factory, name, clock, onBroken: (cause) => session.fail(cause) });
  const presence: Presence = new Presence({
    name: `${name}:${namespace}`,
    owner,
    locks,
    channelClass: broadcastChannel,
    clock,
    onChanged: () => void session.notice(null),
    onEnded: (ended) => session.notice(ended),
  });
  const { events, logoutsKnown } = request;
  const session: OutboxSession = new OutboxSession({
    namespace,
    owner,
    events,
    logoutsKnown,
    codec,
    clock,
    connection,
    presence,
  });
  await session.start();
  return session;
}

/** What other pages of this origin can see of the database and of the locks names no user. */
async function hideNamespace(namespace: string): Promise<string> {
  const { subtle } = crypto;
  // Pages served over plain HTTP have none, in spite of its type.
  if ((subtle as SubtleCrypto | undefined) === undefined) return namespace;
  const digest = await subtle.digest('SHA-256', new TextEncoder().encode(namespace));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

const wallClock: Clock = {
  nowMs: () => Date.now(),
  startTimer(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Throws where there is none; in some browsers already the look at it throws. */
function findFactory(): IDBFactory {
  const { indexedDB } = globalThis;
  if (typeof indexedDB?.open !== 'function') throw new Error('This platform has no IndexedDB.');
  return indexedDB;
}

function findLocks(): Locks | null {
  return typeof navigator === 'undefined' ? null : (navigator.locks ?? null);
}

function findChannelClass(): ChannelClass | null {
  return typeof BroadcastChannel === 'undefined' ? null : BroadcastChannel;
}
