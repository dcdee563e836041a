/** Everything that a component with a chat needs around it, in a test's hands. */
import { act, cleanup, configure } from '@testing-library/react';
import type { OwnClientOptions } from 'chatsocket/react';
import { afterEach, beforeEach, expect, type MockInstance, vi } from 'vitest';
import { ChatSocketClient, type ChatSocketOptions } from '../../src/index.js';
import {
  assertClean,
  countingIds,
  type ManualClock,
  type MockPageSignals,
  type MockServer,
  type MockServerOptions,
  type MockTransport,
  manualClock,
  mockPageSignals,
  mockServer,
  mockTransport,
  seededRandom,
} from '../../src/testing/index.js';

export const ROOM = 'conversation-1';

export interface Bench {
  readonly clock: ManualClock;
  readonly transport: MockTransport;
  readonly server: MockServer;
  readonly pageSignals: MockPageSignals;
  /** For a client of the component's own. */
  readonly options: OwnClientOptions;
  /** A client over the same world, not connected. */
  makeClient(more?: Partial<ChatSocketOptions>): ChatSocketClient;
  /** Lets time pass, and React show what came of it. */
  advance(ms: number): Promise<void>;
  /** Lets client and server say all they have to say. */
  settle(): Promise<void>;
  assertClean(): Promise<void>;
}

export function createBench(server: Omit<MockServerOptions, 'transport' | 'clock'> = {}): Bench {
  const clock = manualClock();
  const transport = mockTransport({ clock });
  const pageSignals = mockPageSignals();
  const options: ChatSocketOptions = {
    url: 'ws://localhost/',
    conversationId: ROOM,
    transport,
    clock,
    pageSignals,
    random: seededRandom(1),
    ids: countingIds(1),
  };
  const advance = (ms: number) => act(() => clock.advance(ms));
  return {
    clock,
    transport,
    pageSignals,
    options,
    server: mockServer({ mode: 'auto', conversationId: ROOM, ...server, transport, clock }),
    makeClient: (more = {}) => new ChatSocketClient({ ...options, ...more }),
    advance,
    settle: () => advance(0),
    assertClean: () => assertClean({ transport, clock, pageSignals }),
  };
}

/** Renders in StrictMode, unmounts after each test, and fails a test of which React had anything to say. */
export function watchReact(): void {
  let spies: MockInstance[] = [];

  beforeEach(() => {
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
    configure({ reactStrictMode: true });
    spies = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn')].map((spy) => spy.mockImplementation(() => {}));
  });

  afterEach(() => {
    cleanup();
    const said = spies.flatMap((spy) => spy.mock.calls);
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    expect(said).toEqual([]);
  });
}
