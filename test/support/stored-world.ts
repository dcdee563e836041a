/** A client with a store, in a world where the page may die and come back while server and disk live on. */
import { ChatSocketClient, type ChatSocketOptions } from '../../src/index.js';
import { countingIds, createTestClient, type TestWorld } from '../../src/testing/index.js';
import { type ScriptedStore, scriptedStore } from './scripted-store.js';

export interface StoredWorld extends TestWorld {
  readonly store: ScriptedStore;
  /** The page dies: nothing that this client does from now on reaches disk or server. */
  crash(client?: ChatSocketClient): void;
  /** The page comes back: another client of the same user, or of another one. */
  restart(options?: Partial<ChatSocketOptions>): ChatSocketClient;
}

interface StoredWorldOptions {
  readonly outbox?: NonNullable<ChatSocketOptions['outbox']>;
  readonly server?: NonNullable<Parameters<typeof createTestClient>[0]>['server'];
  readonly isDurable?: boolean;
}

export function createStoredWorld({
  outbox = {},
  server = {},
  isDurable = true,
}: StoredWorldOptions = {}): StoredWorld {
  const store = scriptedStore(isDurable);
  const options = { identity: 'user-1', outbox: { ratePerSecond: Infinity, ...outbox, store } };
  const world = createTestClient({ client: options, server });
  const { clock, random, transport, pageSignals } = world;
  store.clock = clock;
  let lives = 1;
  return {
    ...world,
    store,
    crash: (client = world.client) => {
      store.cutOff();
      const connection = transport.connections.at(-1);
      if (connection !== undefined && connection.state !== 'closed') connection.dropAbruptly();
      client.dispose();
    },
    restart: (more = {}) => {
      lives += 1;
      const ids = countingIds(lives);
      const common = {
        url: 'ws://localhost/',
        conversationId: 'conversation-1',
        clock,
        random,
        transport,
        pageSignals,
      };
      return new ChatSocketClient({ ...common, token: () => `token-of-life-${lives}`, ids, ...options, ...more });
    },
  };
}
