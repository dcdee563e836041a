/** One scripted client: the real one over real sockets, on a road of its own that can be broken, with a diary. */
import { ChatSocketClient, type Outgoing } from 'chatsocket';
import { seededRandom } from 'chatsocket/testing';
import { webSocketTransport } from 'chatsocket/transports';
import { WebSocket } from 'ws';
import { type FaultProxy, startFaultProxy } from '../fault-proxy.js';
import type { Link } from '../link.js';
import { type Account, fetchToken } from './account.js';
import type { Attempt, View } from './checker.js';
import { Diary } from './diary.js';

export interface ChatterOptions {
  readonly name: string;
  readonly account: Account;
  readonly conversationId: string;
  readonly serverPort: number;
  /** How many messages it is to send in all. */
  readonly messages: number;
  readonly seed: number;
}

export class Chatter {
  readonly name: string;
  readonly conversationId: string;
  readonly road: FaultProxy;
  /** A fault is under way that must not be disturbed by another. */
  isBusy = false;
  readonly #client: ChatSocketClient;
  readonly #diary: Diary;
  readonly #messages: number;

  private constructor(options: ChatterOptions, road: FaultProxy) {
    this.name = options.name;
    this.conversationId = options.conversationId;
    this.road = road;
    this.#messages = options.messages;
    this.#client = makeClient(options, road.port);
    this.#diary = new Diary(this.#client, {
      name: options.name,
      userId: options.account.userId,
      conversationId: options.conversationId,
    });
  }

  static async start(options: ChatterOptions): Promise<Chatter> {
    return new Chatter(options, await startFaultProxy({ targetPort: options.serverPort }));
  }

  get isOpen(): boolean {
    return this.#client.snapshot.connection.status === 'open';
  }

  get timesOpened(): number {
    return this.#diary.timesOpened;
  }

  get longestOutageMs(): number {
    return this.#diary.longestOutageMs;
  }

  get attempts(): readonly Attempt[] {
    return this.#diary.attempts;
  }

  /** Ack latencies, from the call of `send`. */
  get latenciesMs(): readonly number[] {
    return this.#diary.latenciesMs;
  }

  /** What the client itself reported as wrong. */
  get complaints(): readonly string[] {
    return this.#diary.complaints;
  }

  get unsent(): number {
    return this.#messages - this.attempts.length;
  }

  get ackedCount(): number {
    return this.#diary.ackedCount;
  }

  get receivedCount(): number {
    return this.#diary.receivedCount;
  }

  /** Connected, with nothing left over from an earlier fault: what is sent now leaves now. */
  get isSound(): boolean {
    return !this.isBusy && this.link !== null && this.ackedCount === this.attempts.length;
  }

  /** The link that the connection uses now; null while there is none. */
  get link(): Link | null {
    return this.isOpen ? (this.road.links().at(-1) ?? null) : null;
  }

  get view(): View {
    return this.#diary.view;
  }

  async open(signal: AbortSignal): Promise<void> {
    this.#client.connect();
    await this.#client.whenOpen({ signal });
  }

  /** Sends the next message. */
  send(): { readonly text: string; readonly outgoing: Outgoing } {
    const text = `${this.name} message ${this.attempts.length + 1}`;
    return { text, outgoing: this.#diary.send(text) };
  }

  hasAckFor(text: string): boolean {
    return this.#diary.hasAckFor(text);
  }

  async close(): Promise<void> {
    await this.#client.close();
    await this.road.close();
  }
}

function makeClient(options: ChatterOptions, roadPort: number): ChatSocketClient {
  const { account, conversationId, serverPort, messages, seed } = options;
  return new ChatSocketClient({
    url: `ws://127.0.0.1:${roadPort}/ws`,
    token: ({ signal }) => fetchToken(`http://127.0.0.1:${serverPort}`, account, signal),
    conversationId,
    identity: account.userId,
    transport: webSocketTransport({ webSocket: WebSocket }),
    // Quicker than the defaults, so that half a minute sees as many losses as a week of a bad network.
    reconnect: { delayFirstMs: 200, delayMaxMs: 1_000, stableAfterMs: 2_000, dialsPerMinuteMax: 60 },
    heartbeat: { intervalMs: 2_000, timeoutMs: 1_000 },
    timeouts: { tokenMs: 3_000, connectMs: 3_000, closeMs: 1_000 },
    outbox: { messagesMax: messages, ackTimeoutMs: 2_500 },
    random: seededRandom(seed),
  });
}
