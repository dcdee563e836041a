/** What one client attempts and what it is told, kept for the judge. */
import type { ChatSocketClient, Outgoing } from 'chatsocket';
import type { Attempt, Sighting, View } from './checker.js';
import { Outages } from './outages.js';

export interface DiaryOptions {
  /** Whose complaints they are. */
  readonly name: string;
  readonly userId: string;
  /** The client's default conversation. */
  readonly conversationId: string;
}

export class Diary {
  /** Ack latencies, from the call of `send`. */
  readonly latenciesMs: number[] = [];
  /** What the client itself reported as wrong. */
  readonly complaints: string[] = [];
  readonly attempts: Attempt[] = [];
  readonly #client: ChatSocketClient;
  readonly #options: DiaryOptions;
  readonly #received: Sighting[] = [];
  readonly #acked: Sighting[] = [];
  readonly #ackedTexts = new Set<string>();
  readonly #sent = new Map<string, { readonly text: string; readonly atMs: number }>();
  readonly #outages = new Outages();
  #timesOpened = 0;

  /** Begins at once; it ends with the client. */
  constructor(client: ChatSocketClient, options: DiaryOptions) {
    this.#client = client;
    this.#options = options;
    this.#watch();
  }

  get timesOpened(): number {
    return this.#timesOpened;
  }

  /** The longest that the connection was not open, since it was open first. */
  get longestOutageMs(): number {
    return this.#outages.longestMs(Date.now());
  }

  get ackedCount(): number {
    return this.#ackedTexts.size;
  }

  get receivedCount(): number {
    return this.#received.length;
  }

  get view(): View {
    const { userId: viewerId, conversationId } = this.#options;
    return { viewerId, conversationId, received: this.#received, acked: this.#acked };
  }

  /** The text has to be like no other: the judge knows the message by it. */
  send(text: string): Outgoing {
    const { userId: senderId, conversationId } = this.#options;
    this.attempts.push({ conversationId, senderId, text });
    const atMs = Date.now();
    const outgoing = this.#client.send(text);
    this.#sent.set(outgoing.id, { text, atMs });
    return outgoing;
  }

  hasAckFor(text: string): boolean {
    return this.#ackedTexts.has(text);
  }

  #watch(): void {
    const client = this.#client;
    const { name } = this.#options;
    client.on('opened', () => {
      this.#timesOpened += 1;
    });
    client.on('status-changed', ({ connection }) => {
      if (connection.status === 'open') this.#outages.opened(Date.now());
      else if (this.#timesOpened > 0) this.#outages.lost(Date.now());
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
    client.on('message-failed', ({ error }) => this.complaints.push(`${name}: ${error.message}`));
    client.on('gap-detected', ({ fromSeq, toSeq }) => {
      this.complaints.push(`${name}: the messages ${fromSeq} to ${toSeq} could not be had`);
    });
    client.on('history-reset', () => this.complaints.push(`${name}: the history was replaced`));
    client.on('error', ({ error }) => {
      // Lost connections are what the run is about.
      if (!error.retryable) this.complaints.push(`${name}: ${error.message}`);
    });
  }
}
