/** One client with everything that could repeat a secret of it under watch: what it tells, throws, stores and posts. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { vi } from 'vitest';
import {
  type ChatSocketError,
  type ChatSocketErrorCode,
  type ChatSocketOptions,
  consoleLogger,
  isChatSocketError,
} from '../../src/index.js';
import type { OutboxRows, OutboxStoreRequest, StoredMessage } from '../../src/ports/outbox-store.js';
import type { Protocol, TokenPlacement } from '../../src/ports/protocol.js';
import { envelopeProtocol } from '../../src/protocols/index.js';
import { indexedDbOutboxStore } from '../../src/storage/index.js';
import { createTestClient, manualClock, type TestWorld } from '../../src/testing/index.js';
import { type ToldEvent, watchEvents } from '../client/chat-log.js';
import { readEverything } from '../storage/database.js';
import { FakeBrowserLocks } from '../storage/fake-locks.js';
import { QUERY, show, TOKEN } from './canary.js';

/** Where something can come out. */
export const SINKS = [
  'the log',
  'the console',
  'an event',
  'an error',
  'a subscriber',
  'a rejection',
  'an unhandled rejection',
  'a thrown error',
  'the snapshot',
  'the metrics',
  'the explanation',
  'the client itself',
  'the database',
  'the tab channel',
  'the transcript',
] as const;

export type Sink = (typeof SINKS)[number];

export interface SceneOptions {
  readonly tokenIn: TokenPlacement;
  readonly client?: Partial<ChatSocketOptions> | undefined;
  readonly server?: NonNullable<Parameters<typeof createTestClient>[0]>['server'] | undefined;
  readonly adapt?: ((protocol: Protocol) => Protocol) | undefined;
}

export interface Scene extends TestWorld {
  /** Watches a promise; how it ends is the scene's business. */
  keep(promise: Promise<unknown>): void;
  /** Makes a call; what it throws is kept. */
  attempt(call: () => unknown): void;
  /** Lets everything that needs no time happen, that of the disk too. */
  breathe(): Promise<void>;
  /** Time passes, and everything is looked at in the middle and at its end. */
  pass(ms: number): Promise<void>;
  /** What came out so far, by where. */
  readonly seen: ReadonlyMap<Sink, unknown[]>;
  /** Puts something where it must not be, for the proof that it would be found. */
  plant(sink: Sink, value: unknown): void;
  /** The codes of all errors that came out anywhere. */
  codes(): ReadonlySet<ChatSocketErrorCode>;
  /** The errors themselves. */
  errors(): readonly ChatSocketError[];
  end(): Promise<void>;
}

const CONSOLE_CALLS = ['debug', 'info', 'log', 'warn', 'error'] as const;

export function openScene({ tokenIn, client = {}, server = {}, adapt = (same) => same }: SceneOptions): Scene {
  const seen = new Map<Sink, unknown[]>(SINKS.map((sink) => [sink, []]));
  const note = (sink: Sink, value: unknown) => void seen.get(sink)?.push(value);
  const stopWatching = watchProcess(note);
  const factory = new IDBFactory();
  const toConsole = consoleLogger('debug');
  const { outbox, ...rest } = client;
  const disk = watchDisk(factory, note);
  const world = createTestClient({
    server,
    client: {
      url: `ws://localhost/ws?key=${encodeURIComponent(QUERY)}`,
      token: () => TOKEN,
      identity: 'ada',
      protocol: adapt(envelopeProtocol({ tokenIn })),
      logger: (...line) => {
        note('the log', line);
        toConsole(...line);
      },
      ...rest,
      outbox: { store: disk.store, ...outbox },
    },
  });
  const events = watchEvents(world.client);
  world.client.subscribe(() => note('a subscriber', world.client.snapshot));
  const look = () => {
    note('the snapshot', world.client.snapshot);
    note('the metrics', world.client.metrics());
    note('the explanation', world.client.explain());
    note('the client itself', world.client);
  };
  const scene: Scene = {
    ...world,
    seen,
    plant: note,
    keep: (promise) => void promise.catch((reason: unknown) => note('a rejection', reason)),
    attempt: (call) => {
      try {
        call();
      } catch (thrown) {
        note('a thrown error', thrown);
      }
    },
    breathe: async () => {
      for (let quietTurns = 0; quietTurns < 4; quietTurns = disk.pendingCount === 0 ? quietTurns + 1 : 0) {
        await new Promise((resolve) => setImmediate(resolve));
        await world.clock.advance(0);
      }
      look();
    },
    pass: async (ms) => {
      await world.clock.advance(ms / 2);
      await scene.breathe();
      await world.clock.advance(ms / 2);
      await scene.breathe();
    },
    codes: () => new Set(errorsIn(events, seen).map(({ code }) => code)),
    errors: () => errorsIn(events, seen),
    end: async () => {
      world.client.dispose();
      await scene.breathe();
      for (const event of events) note('an event', event);
      for (const { payload } of events) if ('error' in payload) note('an error', payload.error);
      for (const { name, message } of world.tabChannels.posted) note('the tab channel', [name, message]);
      note(
        'the database',
        (await factory.databases()).map(({ name }) => name),
      );
      note('the transcript', world.transport.transcript().split('\n').filter(isOfClient));
      if ((await factory.databases()).length > 0) note('the database', await readEverything(factory));
      stopWatching();
    },
  };
  return scene;
}

/** What a text looks for in a sink. */
export function textOf(values: readonly unknown[]): string {
  return values.map(show).join('\n');
}

/** The store of the browser: its rows are looked at whenever one was written, and its channels are listened to. */
function watchDisk(factory: IDBFactory, note: (sink: Sink, value: unknown) => void) {
  class WatchedChannel extends BroadcastChannel {
    override postMessage(message: unknown): void {
      note('the tab channel', [this.name, message]);
      super.postMessage(message);
    }
  }
  const store = indexedDbOutboxStore({
    indexedDB: factory,
    locks: new FakeBrowserLocks().openTab().locks,
    broadcastChannel: WatchedChannel,
    // Its deadlines are no part of a scene.
    clock: manualClock(),
  });
  const disk = { store: { ...store, open: (request: OutboxStoreRequest) => busy(openRows(request)) }, pendingCount: 0 };
  async function busy<Result>(work: Promise<Result>): Promise<Result> {
    disk.pendingCount += 1;
    try {
      return await work;
    } finally {
      disk.pendingCount -= 1;
    }
  }
  async function openRows(request: OutboxStoreRequest): Promise<OutboxRows> {
    const rows = await store.open(request);
    const put = async (row: StoredMessage) => {
      await rows.put(row);
      note('the database', await readEverything(factory));
    };
    return {
      get logouts() {
        return rows.logouts;
      },
      put: (row) => busy(put(row)),
      remove: (id) => busy(Promise.resolve(rows.remove(id))),
      wipe: () => busy(Promise.resolve(rows.wipe())),
      close: () => busy(Promise.resolve(rows.close())),
    };
  }
  return disk;
}

/** What leaves by the back door. */
function watchProcess(note: (sink: Sink, value: unknown) => void): () => void {
  const spies = CONSOLE_CALLS.map((name) =>
    vi.spyOn(console, name).mockImplementation((...words: unknown[]) => note('the console', words)),
  );
  const onRejection = (reason: unknown) => note('an unhandled rejection', reason);
  process.on('unhandledRejection', onRejection);
  return () => {
    process.off('unhandledRejection', onRejection);
    for (const spy of spies) spy.mockRestore();
  };
}

/** What the server says is the test's own; what the client did is told without secrets. */
function isOfClient(line: string): boolean {
  return /#\d+ client /.test(line);
}

function errorsIn(events: readonly ToldEvent[], seen: Scene['seen']): readonly ChatSocketError[] {
  const told = events.map(({ payload }) => ('error' in payload ? payload.error : null));
  const rows = (seen.get('the snapshot') ?? []).flatMap((snapshot) =>
    // Only snapshots are put there, but for what a proof plants.
    (snapshot as TestWorld['client']['snapshot']).messages.map(({ error }) => error),
  );
  const thrown = [...(seen.get('a rejection') ?? []), ...(seen.get('a thrown error') ?? [])];
  return [...told, ...rows, ...thrown].filter((error) => isChatSocketError(error));
}
