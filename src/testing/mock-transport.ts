import { ChatSocketError } from '../errors/chat-socket-error.js';
import type { Clock } from '../ports/clock.js';
import type { DialRequest, SocketHandlers, Transport, TransportSocket } from '../ports/transport.js';
import { aDuration, checkCallOptions, checkOptions } from './check-given.js';
import type { ManualClock } from './manual-clock.js';
import { ListenerSet } from './network/listener-set.js';
import type { MockConnection } from './network/mock-connection.js';
import { MockLink } from './network/mock-link.js';
import { Transcript } from './network/transcript.js';
import { withMethods } from './option-faults.js';
import { settle } from './settle.js';

/** A transport with both ends in memory. It starts no timer but those that a test asks for, on the test's clock. */
export interface MockTransport extends Transport {
  /** Every dial, in order. */
  readonly connections: readonly MockConnection[];
  /** The token of every dial that carried one, in order. */
  readonly tokens: readonly string[];
  /** How many sockets the client holds now. */
  readonly liveCount: number;
  /** How many `nextConnection` calls are waiting. */
  readonly waitingCount: number;
  /**
   * The next dial that this method has not given out yet. Lets promises settle first; with `withinMs` it moves a manual
   * clock on, timer by timer, for at most that long (any other clock it waits for). Rejects with the transcript if
   * nothing dials.
   */
  nextConnection(limits?: { readonly withinMs?: number }): Promise<MockConnection>;
  /** Calls `listener` within every dial, before the client can hear of it, until the returned function is called. */
  onConnection(listener: (connection: MockConnection) => void): () => void;
  /** What happened on all connections, in lines. Tokens and queries are left out. */
  transcript(): string;
}

/**
 * Makes a transport for tests: hand it to a client and lead the other end by hand, or with `mockServer`. `clock` is
 * needed for delays and gives the transcript its times. Throws `usage/invalid-option`.
 *
 * @example
 * const transport = mockTransport();
 * const client = new ChatSocketClient({ url: 'ws://localhost', transport });
 * client.connect();
 * const connection = await transport.nextConnection();
 * connection.accept();
 */
export function mockTransport(options: { readonly clock?: Clock | ManualClock } = {}): MockTransport {
  checkOptions('mockTransport', options, { clock: withMethods('nowMs', 'startTimer') });
  return new InMemoryTransport(options.clock ?? null);
}

class InMemoryTransport implements MockTransport {
  readonly name = 'mock';
  readonly #clock: Clock | ManualClock | null;
  readonly #transcript: Transcript;
  readonly #connections: MockConnection[] = [];
  readonly #listeners = new ListenerSet<MockConnection>();
  #givenOutCount = 0;
  #waitingCount = 0;

  constructor(clock: Clock | ManualClock | null) {
    this.#clock = clock;
    this.#transcript = new Transcript(clock);
  }

  get connections(): readonly MockConnection[] {
    return this.#connections;
  }

  get tokens(): readonly string[] {
    return this.#connections.flatMap(({ token }) => token ?? []);
  }

  get liveCount(): number {
    return this.#connections.filter(({ isLive }) => isLive).length;
  }

  get waitingCount(): number {
    return this.#waitingCount;
  }

  open(request: DialRequest, handlers: SocketHandlers): TransportSocket {
    const number = this.#connections.length + 1;
    const link = new MockLink(request, { number, handlers, clock: this.#clock, transcript: this.#transcript });
    this.#connections.push(link);
    this.#tell(link);
    return link.makeSocket();
  }

  async nextConnection(limits: { readonly withinMs?: number } = {}): Promise<MockConnection> {
    checkCallOptions('nextConnection', limits, { withinMs: aDuration });
    const { withinMs = 0 } = limits;
    this.#waitingCount += 1;
    try {
      await settle();
      if (!this.#hasNext) await this.#waitForDial(withinMs);
      return this.#takeNext(withinMs);
    } finally {
      this.#waitingCount -= 1;
    }
  }

  onConnection(listener: (connection: MockConnection) => void): () => void {
    return this.#listeners.add(listener);
  }

  transcript(): string {
    return this.#transcript.print();
  }

  /** The client leaves out what a transport throws, for platforms put URLs into it; the words of a test are for the test. */
  #tell(link: MockLink): void {
    try {
      this.#listeners.call(link);
    } catch (thrown) {
      const words = thrown instanceof Error ? thrown.message : String(thrown);
      const reason = `A listener of onConnection threw: ${words}`;
      throw new ChatSocketError('usage/listener-threw', reason, { cause: thrown });
    }
  }

  get #hasNext(): boolean {
    return this.#connections.length > this.#givenOutCount;
  }

  #takeNext(withinMs: number): MockConnection {
    const connection = this.#connections[this.#givenOutCount];
    if (connection === undefined) {
      const count = `${this.#connections.length} dial${this.#connections.length === 1 ? '' : 's'}`;
      throw new Error(`Nothing dialled within ${withinMs} ms, after ${count}. What happened:\n${this.transcript()}`);
    }
    this.#givenOutCount += 1;
    return connection;
  }

  async #waitForDial(withinMs: number): Promise<void> {
    const clock = this.#clock;
    if (clock === null || withinMs === 0) return;
    if ('pendingTimers' in clock) await this.#advanceToDial(clock, clock.nowMs() + withinMs);
    else await this.#waitOnClock(clock, withinMs);
  }

  async #advanceToDial(clock: ManualClock, untilMs: number): Promise<void> {
    while (!this.#hasNext && clock.nowMs() < untilMs) {
      const dueAtMs = clock.pendingTimers()[0]?.dueAtMs ?? untilMs;
      await clock.advanceTo(Math.min(Math.max(dueAtMs, clock.nowMs()), untilMs));
    }
  }

  async #waitOnClock(clock: Clock, withinMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const stopTimer = clock.startTimer(finish, withinMs);
      const stopListening = this.onConnection(finish);
      function finish(): void {
        stopTimer();
        stopListening();
        resolve();
      }
    });
  }
}
