import { ChatSocketError } from '../errors/chat-socket-error.js';
import type { ChatMessage } from './chat-message.js';
import { ChatSession } from './chat-session.js';
import type { ChatSnapshot } from './chat-snapshot.js';
import type { ChatListener, ChatSocketEvents } from './chat-socket-events.js';
import { Conversation } from './conversation.js';
import type { Explanation } from './explain.js';
import type { ChatSocketMetrics } from './metrics.js';
import {
  badArgument,
  CONVERSATION_ID_LENGTH_MAX,
  checkCallOptions,
  isConversationId,
  showValue,
} from './options/option-checks.js';
import type { ChatSocketOptions } from './options/options.js';
import { resolveOptions } from './options/resolve-options.js';
import { type OutboxView, viewOutbox } from './outbox-view.js';
import type { Outgoing } from './outgoing.js';
import type { MessagesOptions } from './receiving/message-reader.js';
import type { OlderPage } from './receiving/older-pages.js';
import type { SendOptions } from './send-options.js';

/**
 * A chat connection that comes back by itself, with what was sent and what was missed. Nothing happens before
 * `connect()`. Throws `usage/invalid-option` for options that cannot be used.
 *
 * `Metadata` is the application's own payload on its messages, `new ChatSocketClient<{ mood: string }>(…)`: nobody checks
 * what a server puts there.
 *
 * @example
 * const client = new ChatSocketClient({ url: 'wss://chat.example.com/ws', token: () => fetchToken(), conversationId: '42' });
 * client.on('message-received', ({ message }) => show(message.content));
 * client.connect();
 * client.send('Hello');
 */
export class ChatSocketClient<Metadata = unknown> {
  readonly #session: ChatSession<Metadata>;
  readonly #conversations = new Map<string, Conversation<Metadata>>();
  readonly #whenLeft = (id: string) => void this.#conversations.delete(id);
  /** How often the connection was wanted on: a close that waited does not end what was asked for after it. */
  #wishes = 0;
  /** The messages that the server does not have yet. */
  readonly outbox: OutboxView;

  constructor(options: ChatSocketOptions) {
    this.#session = new ChatSession(resolveOptions(options));
    this.outbox = viewOutbox(this.#session);
    const { conversationId } = this.#session.options;
    if (conversationId !== null) this.conversation(conversationId);
  }

  /** The default conversation and the connection, frozen in time; the same reference until something changed. */
  get snapshot(): ChatSnapshot<Metadata> {
    return this.#session.snapshot(this.#session.options.conversationId);
  }

  /** Calls `listener` after `snapshot` changed. The function returned ends it. */
  subscribe(listener: () => void): () => void {
    return this.#session.views.of(this.#session.options.conversationId).subscribe(listener);
  }

  /**
   * Calls `listener` for every event of a name. One that throws is reported as `error` and changes nothing else. Throws
   * `usage/invalid-argument` for a name that no event has.
   */
  on<Name extends keyof ChatSocketEvents>(name: Name, listener: ChatListener<Name, Metadata>): () => void {
    return this.#session.listeners.on(name, listener);
  }

  /** Like `on`, for the next event alone. */
  once<Name extends keyof ChatSocketEvents>(name: Name, listener: ChatListener<Name, Metadata>): () => void {
    return this.#session.listeners.once(name, listener);
  }

  /** Removes every registration of a listener. */
  off<Name extends keyof ChatSocketEvents>(name: Name, listener: ChatListener<Name, Metadata>): void {
    this.#session.listeners.off(name, listener);
  }

  /** Wants the connection on. Idempotent in every state: there are never two dials. */
  connect(): void {
    this.#session.act(() => {
      this.#wishes += 1;
      this.#session.link.pageWatch.look();
      this.#session.link.dispatch({ type: 'connect-requested' });
    });
  }

  /**
   * A fresh connection with a fresh token, now; legal in every state. A dial under way is one already. While `open` it
   * takes over without a moment of interruption, and `handover-finished` tells when it has.
   */
  reconnect(): void {
    this.#session.act(() => {
      this.#wishes += 1;
      this.#session.link.pageWatch.look();
      this.#session.link.dispatch({ type: 'reconnect-requested' });
    });
  }

  /**
   * Wants the connection off. Resolves when it is: no timer, socket or listener is left then, and the store is let go
   * of until the next `connect()` or `send()`. Messages stay in the outbox for that; their `acked` promises reject
   * with `delivery/closed`, and an `error` event tells of those that no durable store keeps: they live and end with
   * this client. Another tab may send those that one keeps.
   * With `drainMs` it first waits that long for the outbox to empty, unless another call closes the client, or wants
   * it on: the later call counts.
   */
  async close(options: { readonly drainMs?: number } = {}): Promise<void> {
    const { link } = this.#session;
    checkCallOptions('close', options);
    const { drainMs = 0 } = options;
    checkDrainMs(drainMs);
    if (link.isDisposed) return;
    const isTrying = link.state.status === 'connecting' || link.state.status === 'open';
    const canDrain = isTrying && this.#session.sender.outbox.count > 0;
    const wishes = this.#wishes;
    const isOurs = drainMs === 0 || !canDrain || (await this.#drained(drainMs));
    if (!isOurs || wishes !== this.#wishes) return link.waits.untilClosed(link.state);
    const released = this.#session.act(() => this.#end());
    await Promise.all([released, link.waits.untilClosed(link.state)]);
  }

  /** Resolves when open; rejects with `connection/*` or `token/*` when stopped, closed or aborted. */
  async whenOpen(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkCallOptions('wait for the connection', options);
    return this.#session.link.waits.untilOpen(this.#session.link.state, options.signal);
  }

  /**
   * `close()`, and everything of this user forgotten: outbox, histories, and what is stored, in every tab. Resolves
   * when all of it is gone; rejects with `storage/unavailable` if the store could not be erased.
   */
  async logout(): Promise<void> {
    const { link, sender } = this.#session;
    const wiped = this.#session.act(() => {
      this.#session.forget();
      this.#session.logoutWatch.tell();
      return [sender.wipe(), this.#end()];
    });
    await Promise.all([...wiped, link.waits.untilClosed(link.state)]);
  }

  /** The end: everything stops at once, and later calls throw `usage/disposed`. Twice is harmless. */
  dispose(): void {
    const { link, sender, turn, listeners, logoutWatch, views } = this.#session;
    if (link.isDisposed) return;
    // What is asked for from here on is refused, as any other call is.
    this.#conversations.clear();
    turn.run(() => {
      link.dispatch({ type: 'dispose-requested' });
      sender.letGo();
    });
    logoutWatch.close();
    views.stop();
    listeners.clear();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#session.link.isDisposed) await this.close();
    this.dispose();
  }

  /** Takes part in a conversation; the same handle for the same id, until it is left. */
  conversation(id: string): Conversation<Metadata> {
    if (!isConversationId(id)) {
      throw badArgument('open a conversation', `its id is no string of 1 to ${CONVERSATION_ID_LENGTH_MAX} characters`);
    }
    const known = this.#conversations.get(id);
    if (known !== undefined) return known;
    return this.#session.act(() => {
      const conversation = new Conversation<Metadata>(this.#session, id, this.#whenLeft);
      this.#conversations.set(id, conversation);
      this.#session.join(id);
      return conversation;
    });
  }

  /** `send` of the default conversation. */
  send(content: string, options?: SendOptions<Metadata>): Outgoing {
    return this.#default('send').send(content, options);
  }

  /** `setTyping` of the default conversation. */
  setTyping(isTyping: boolean): void {
    this.#default('setTyping').setTyping(isTyping);
  }

  /** `markRead` of the default conversation. */
  markRead(upTo?: string): void {
    this.#default('markRead').markRead(upTo);
  }

  /** `loadOlder` of the default conversation. */
  async loadOlder(options?: { readonly limit?: number }): Promise<OlderPage<Metadata>> {
    return this.#default('loadOlder').loadOlder(options);
  }

  /** `stopStream` of the default conversation. */
  stopStream(messageId?: string): void {
    this.#default('stopStream').stopStream(messageId);
  }

  /** `messages` of every conversation. */
  messages(options?: MessagesOptions): AsyncIterable<ChatMessage<Metadata>> {
    return this.#session.readMessages(null, options);
  }

  /** Counters and timings since the client was made. */
  metrics(): ChatSocketMetrics {
    return this.#session.metrics.read(this.#session.sender.outbox.count);
  }

  /** Why the client is or is not connected, what comes next, and what to do. */
  explain(): Explanation {
    return this.#session.explain();
  }

  #default(member: string): Conversation<Metadata> {
    const { conversationId } = this.#session.options;
    if (conversationId === null) {
      throw new ChatSocketError(
        'usage/no-conversation',
        `Cannot call ${member}(): no default conversation is set. Give the option conversationId, or use client.conversation(id).${member}().`,
      );
    }
    return this.conversation(conversationId);
  }

  #end(): Promise<void> {
    const { link, sender } = this.#session;
    link.dispatch({ type: 'close-requested' });
    this.#session.logoutWatch.close();
    sender.close();
    return sender.release();
  }

  /** True once the outbox is empty, the time is up or the client gives up; false if another call ended it before. */
  #drained(drainMs: number): Promise<boolean> {
    const { sender, options, listeners, link } = this.#session;
    return new Promise((resolve) => {
      const settle = (isOurs: boolean) => {
        for (const stop of stops) stop();
        resolve(isOurs);
      };
      const check = () => {
        if (sender.outbox.count === 0) settle(true);
      };
      const stops = [
        options.clock.startTimer(() => settle(true), drainMs),
        listeners.on('message-acked', check),
        listeners.on('message-failed', check),
        listeners.on('closed', () => settle(true)),
        link.waits.onEnded(() => settle(false)),
      ];
    });
  }
}

/** An hour is longer than anybody waits for a message to go out, and `Infinity` offline would never end. */
const DRAIN_MAX_MS = 3_600_000;

function checkDrainMs(drainMs: unknown): void {
  if (typeof drainMs === 'number' && drainMs >= 0 && drainMs <= DRAIN_MAX_MS) return;
  throw badArgument('close', `drainMs is ${showValue(drainMs)}, expected a number from 0 to ${DRAIN_MAX_MS}`);
}
