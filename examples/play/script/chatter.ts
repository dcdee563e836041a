/** One scripted client: the real one over real sockets, on a road of its own that can be broken, with a diary. */
import { ChatSocketClient, type Outgoing } from 'chatsocket';
import { seededRandom } from 'chatsocket/testing';
import { webSocketTransport } from 'chatsocket/transports';
import { WebSocket } from 'ws';
import { type FaultProxy, startFaultProxy } from '../fault-proxy.js';
import type { Link } from '../link.js';
import { type Account, fetchToken } from './account.js';
import type { Attempt, Sighting, View } from './checker.js';

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
  /** Ack latencies, from the call of `send`. */
  readonly latenciesMs: number[] = [];
  /** What the client itself reported as wrong. */
  readonly complaints: string[] = [];
  readonly attempts: Attempt[] = [];
  /** A fault is under way that must not be disturbed by another. */
  isBusy = false;
  readonly #userId: string;
  readonly #client: ChatSocketClient;
  readonly #messages: number;
  readonly #received: Sighting[] = [];
  readonly #acked: Sighting[] = [];
  readonly #ackedTexts = new Set<string>();
  readonly #sent = new Map<string, { readonly text: string; readonly atMs: number }>();
  #timesOpened = 0;

  private constructor(options: ChatterOptions, road: FaultProxy) {
    this.name = options.name;
    this.conversationId = options.conversationId;
    this.road = road;
    this.#userId = options.account.userId;
    this.#messages = options.messages;
    this.#client = makeClient(options, road.port);
    this.#keepDiary();
  }

  static async start(options: ChatterOptions): Promise<Chatter> {
    return new Chatter(options, await startFaultProxy({ targetPort: options.serverPort }));
  }

  get isOpen(): boolean {
    return this.#client.snapshot.connection.status === 'open';
  }

  get timesOpened(): number {
    return this.#timesOpened;
  }

  get unsent(): number {
    return this.#messages - this.attempts.length;
  }

  get ackedCount(): number {
    return this.#ackedTexts.size;
  }

  get receivedCount(): number {
    return this.#received.length;
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
    return {
      viewerId: this.#userId,
      conversationId: this.conversationId,
      received: this.#received,
      acked: this.#acked,
    };
  }

  async open(signal: AbortSignal): Promise<void> {
    this.#client.connect();
    await this.#client.whenOpen({ signal });
  }

  /** Sends the next message. */
  send(): { readonly text: string; readonly outgoing: Outgoing } {
    const text = `${this.name} message ${this.attempts.length + 1}`;
    this.attempts.push({ conversationId: this.conversationId, senderId: this.#userId, text });
    const atMs = Date.now();
    const outgoing = this.#client.send(text);
    this.#sent.set(outgoing.id, { text, atMs });
    return { text, outgoing };
  }

  hasAckFor(text: string): boolean {
    return this.#ackedTexts.has(text);
  }

  async close(): Promise<void> {
    await this.#client.close();
    await this.road.close();
  }

  #keepDiary(): void {
    const client = this.#client;
    client.on('opened', () => {
      this.#timesOpened += 1;
    });
    client.on('message-received', ({ message }) => {
      this.#received.push({ seq: message.seq, text: message.content });
    });
    client.on('message-acked', ({ clientMessageId, receipt }) => {
      const sent = this.#sent.get(clientMessageId);
      const text = sent?.text ?? `an ack for ${clientMessageId}`;
      this.#acked.push({ seq: receipt.seq, text });
      this.#ackedTexts.add(text);
      if (sent !== undefined) this.latenciesMs.push(Date.now() - sent.atMs);
    });
    client.on('message-failed', ({ error }) => this.complaints.push(`${this.name}: ${error.message}`));
    client.on('gap-detected', ({ fromSeq, toSeq }) => {
      this.complaints.push(`${this.name}: the messages ${fromSeq} to ${toSeq} could not be had`);
    });
    client.on('history-reset', () => this.complaints.push(`${this.name}: the history was replaced`));
    client.on('error', ({ error }) => {
      // Lost connections are what the run is about.
      if (!error.retryable) this.complaints.push(`${this.name}: ${error.message}`);
    });
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
