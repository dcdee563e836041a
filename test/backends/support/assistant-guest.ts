/** Somebody with the real client at a real assistant, over a link that breaks on demand. */
import { WebSocket } from 'ws';
import { type FaultProxy, startFaultProxy } from '../../../examples/play/fault-proxy.js';
import { pause, waitUntil } from '../../../examples/play/script/waiting.js';
import { ChatSocketClient, type ChatSocketOptions, connectionTokenProvider } from '../../../src/index.js';
import type { TokenRequest, TokenSource } from '../../../src/ports/token-source.js';
import { streamingProtocol } from '../../../src/protocols/index.js';
import { webSocketTransport } from '../../../src/transports/index.js';
import { ORIGIN, type Stage } from './stage.js';
import type { Visitor } from './visitor.js';

const LOOK_EVERY_MS = 50;

export interface GuestOptions {
  /** Default: a new one. */
  readonly visitor?: Visitor;
  readonly conversationId: string;
  /** Between the client and its tokens; default: nothing. */
  readonly withTokens?: (source: TokenSource) => TokenSource;
  readonly client?: Partial<ChatSocketOptions>;
}

export class AssistantGuest {
  readonly client: ChatSocketClient;
  readonly link: FaultProxy;
  /** Every token that a dial was made with. */
  readonly tokens: string[] = [];
  /** Every status that was seen, without repeats in a row. */
  readonly statuses: string[] = [];
  readonly errors: string[] = [];
  readonly #visitor: Visitor;
  readonly #conversationId: string;

  private constructor(link: FaultProxy, visitor: Visitor, options: GuestOptions) {
    const { conversationId, withTokens = (source) => source } = options;
    this.link = link;
    this.#visitor = visitor;
    this.#conversationId = conversationId;
    const source = withTokens(connectionTokenProvider(visitor.connectionTokens));
    this.client = new ChatSocketClient({
      url: `ws://127.0.0.1:${link.port}/ws/chat/${conversationId}/`,
      conversationId,
      token: (request) => this.#noteToken(source, request),
      protocol: streamingProtocol({ historyEndpoint: (id) => `/api/v1/messages/${id}/` }),
      transport: webSocketTransport({ create: (url, names) => new WebSocket(url, names, { origin: ORIGIN }) }),
      http: visitor.http,
      inbox: { historyMax: 500 },
      ...options.client,
    });
    this.client.subscribe(() => {
      const { status } = this.client.snapshot.connection;
      if (this.statuses.at(-1) !== status) this.statuses.push(status);
    });
    this.client.on('error', ({ error }) => this.errors.push(error.code));
  }

  /** Comes in, and resolves once the client is open. */
  static async enter(stage: Stage, options: GuestOptions): Promise<AssistantGuest> {
    const link = await startFaultProxy({ targetPort: Number(new URL(stage.django.url).port) });
    const guest = new AssistantGuest(link, options.visitor ?? (await stage.streamer()), options);
    guest.client.connect();
    await guest.client.whenOpen({ signal: AbortSignal.timeout(20_000) });
    return guest;
  }

  /** What the server keeps, one line for each message. */
  history(): Promise<readonly string[]> {
    return this.#visitor.history(this.#conversationId);
  }

  /** What the client shows, in the same words. */
  get shown(): readonly string[] {
    return this.client.snapshot.messages.map(
      ({ sender, content }) => `${sender.role === 'assistant' ? 'assistant' : 'user'}: ${content}`,
    );
  }

  /** Everything that is not over: questions without the server's word, answers without an end. */
  get unsettled(): readonly string[] {
    return this.client.snapshot.messages.flatMap(({ sender, content, delivery, stream }) => {
      const isOver = sender.role === 'assistant' ? stream === 'done' : delivery === 'sent';
      return isOver ? [] : [`${content} (${delivery ?? stream})`];
    });
  }

  /**
   * Resolves once the server keeps so many messages, and as many are shown, all over; false where that does not happen
   * in time. The server first: one that is shown twice for a moment must not stand for one that is still to come.
   */
  async settles(messages: number, deadlineMs: number): Promise<boolean> {
    const endMs = Date.now() + deadlineMs;
    while ((await this.history()).length < messages) {
      if (Date.now() >= endMs) return false;
      await pause(LOOK_EVERY_MS);
    }
    const isSettled = () => this.shown.length === messages && this.unsettled.length === 0;
    return waitUntil(isSettled, endMs - Date.now());
  }

  async leave(): Promise<void> {
    this.client.dispose();
    await this.link.close();
  }

  async #noteToken(source: TokenSource, request: TokenRequest): Promise<Awaited<ReturnType<TokenSource>>> {
    const answer = await source(request);
    if (typeof answer === 'string') this.tokens.push(answer);
    return answer;
  }
}
