import { ChatSocketClient } from '../client/chat-socket-client.js';
import type { ChatSocketOptions } from '../client/options/options.js';
import type { IdSource } from '../ports/id-source.js';
import type { Random } from '../ports/random.js';
import { assertClean } from './assert-clean.js';
import { checkOptions } from './check-given.js';
import { countingIds } from './counting-ids.js';
import { type ManualClock, manualClock } from './manual-clock.js';
import { type MockPageSignals, mockPageSignals } from './mock-page-signals.js';
import { mockServer } from './mock-server.js';
import { type MockTabChannels, mockTabChannels } from './mock-tab-channels.js';
import { type MockTransport, mockTransport } from './mock-transport.js';
import { anObject, numberFrom } from './option-faults.js';
import { seededRandom } from './seeded-random.js';
import type { MockServer, MockServerOptions } from './server/server-script.js';
import { settle } from './settle.js';

/** What differs from a client in a friendly world; everything has a default. */
export interface TestClientOptions {
  /** Options of the client. Its default conversation is `conversation-1`; its tokens are `token-1`, `token-2` …. */
  readonly client?: Partial<ChatSocketOptions>;
  /** Options of the server. It is in `auto` mode unless told otherwise. */
  readonly server?: Omit<MockServerOptions, 'transport' | 'clock'>;
  /** Of dice and ids. Default 1. */
  readonly seed?: number;
}

/** A client with everything around it. */
export interface TestWorld<Metadata = unknown> {
  readonly client: ChatSocketClient<Metadata>;
  readonly clock: ManualClock;
  readonly random: Random;
  readonly ids: IdSource;
  readonly transport: MockTransport;
  readonly server: MockServer;
  readonly pageSignals: MockPageSignals;
  readonly tabChannels: MockTabChannels;
  /** Connects and lets client and server talk until both have nothing left to say. */
  open(): Promise<void>;
  /** `assertClean` of this world; `promises` must have settled too. */
  assertClean(promises?: Readonly<Record<string, Promise<unknown>>>): Promise<void>;
}

/**
 * Makes a client whose clock, dice, ids, network, server, page and tabs are all in a test's hands. Nothing happens until
 * `open()`, or `client.connect()`. Throws `usage/invalid-option`.
 *
 * @example
 * const { client, server, open, assertClean } = createTestClient();
 * await open();
 * await client.send('Hello').acked;
 * console.log(server.log[0]?.content); // 'Hello'
 * await client.close();
 * await assertClean();
 */
export function createTestClient<Metadata = unknown>(options: TestClientOptions = {}): TestWorld<Metadata> {
  checkOptions('createTestClient', options, { client: anObject, server: anObject, seed: numberFrom(0) });
  const { seed = 1 } = options;
  const clock = manualClock();
  const random = seededRandom(seed);
  const ids = countingIds(seed);
  const transport = mockTransport({ clock });
  const pageSignals = mockPageSignals();
  const tabChannels = mockTabChannels();
  const conversationId = options.client?.conversationId ?? 'conversation-1';
  const server = mockServer({ mode: 'auto', conversationId, ...options.server, transport, clock });
  const client = new ChatSocketClient<Metadata>({
    url: 'ws://localhost/',
    token: countTokens(),
    conversationId,
    tabChannel: tabChannels.open,
    ...options.client,
    transport,
    clock,
    random,
    ids,
    pageSignals,
  });
  return {
    client,
    clock,
    random,
    ids,
    transport,
    server,
    pageSignals,
    tabChannels,
    open: async () => {
      client.connect();
      await settle();
    },
    assertClean: (promises = {}) => assertClean({ transport, clock, pageSignals, tabChannels, promises }),
  };
}

function countTokens(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `token-${count}`;
  };
}
