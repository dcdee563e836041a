import type { MessageId } from '../core/message.js';
import type { ChatMessage } from './chat-message.js';
import type { ChatSession } from './chat-session.js';
import type { ChatSnapshot } from './chat-snapshot.js';
import type { ChatListener, ChatSocketEvents } from './chat-socket-events.js';
import { badArgument, checkCallOptions, checkMessageId, showValue } from './options/option-checks.js';
import type { Outgoing } from './outgoing.js';
import type { MessagesOptions } from './receiving/message-reader.js';
import type { OlderPage } from './receiving/older-pages.js';
import type { SendOptions } from './send-options.js';
import { checkContent, checkMetadata, checkSendOptions, deadlineOf, draftSizeBytes } from './sending/draft.js';
import { checkListener } from './telling/listeners.js';

/** How many messages a page back through history holds when nothing is said. */
const PAGE_LENGTH = 50;
const PAGE_LENGTH_MAX = 1_000;

/**
 * One conversation of a client. Cheap to ask for again and again: handles of the same id act on the same conversation.
 *
 * @example
 * const lobby = client.conversation('42');
 * lobby.send('Hello');
 */
export class Conversation<Metadata = unknown> {
  readonly id: string;
  readonly #session: ChatSession<Metadata>;
  readonly #onLeft: (id: string) => void;

  /** @internal Use `client.conversation(id)`. */
  constructor(session: ChatSession<Metadata>, id: string, onLeft: (id: string) => void) {
    this.#session = session;
    this.id = id;
    this.#onLeft = onLeft;
  }

  /** The immutable view; the same reference until something changed. */
  get snapshot(): ChatSnapshot<Metadata> {
    return this.#session.snapshot(this.id);
  }

  /** Calls `listener` after the snapshot changed, at most once every `inbox.notifyIntervalMs`; at once for the user's own doing. */
  subscribe(listener: () => void): () => void {
    return this.#session.views.of(this.id).subscribe(listener);
  }

  /** Like `client.on`, for the events of this conversation alone. */
  on<Name extends keyof ChatSocketEvents>(name: Name, listener: ChatListener<Name, Metadata>): () => void {
    checkListener(name, listener);
    return this.#session.listeners.on(name, (payload) => {
      if (!('conversationId' in payload) || payload.conversationId === this.id) return listener(payload);
    });
  }

  /**
   * Queues a message, online or not, and returns at once; the message is in the snapshot before that.
   * Throws `delivery/empty`, `delivery/too-long`, `delivery/outbox-full` or `usage/*`, and nothing is queued then.
   */
  send(content: string, options: SendOptions<Metadata> = {}): Outgoing {
    const session = this.#session;
    const { clock, ids, outbox } = session.options;
    const checked = checkContent(content, session.contentLengthMax);
    const { inReplyTo, signal, ttlMs } = checkSendOptions(options);
    const metadata = checkMetadata(options.metadata);
    return session.act(() => {
      const queuedAtMs = clock.nowMs();
      const draft = {
        id: ids.messageId(),
        conversationId: this.id,
        content: checked,
        metadata,
        inReplyTo: inReplyTo ?? null,
        queuedAtMs,
        expiresAtMs: deadlineOf(queuedAtMs, ttlMs, outbox.ageMaxMs),
        sizeBytes: draftSizeBytes(checked, metadata),
      };
      session.logoutWatch.open();
      const outgoing = session.sender.requests.enqueue(draft, signal);
      // A client that stopped may begin again for it; in any other state the event means nothing.
      if (session.link.state.status === 'closed') session.link.dispatch({ type: 'send-requested' });
      session.sender.drain();
      return outgoing;
    });
  }

  /** Tells the others that this user is typing; throttled, never queued, nothing if there is no connection. */
  setTyping(isTyping: boolean): void {
    this.#session.act(() => this.#session.typing.send(this.id, isTyping));
  }

  /** Marks what others wrote as read, up to and with `upTo` (default: all of it). At most one frame a second. */
  markRead(upTo?: MessageId): void {
    checkMessageId('mark as read', upTo);
    const session = this.#session;
    session.act(() => session.readMarks.mark(session.join(this.id), upTo ?? null, this.snapshot.messages));
  }

  /**
   * Loads a page of older messages into the snapshot. Rejects with `connection/lost` without a connection, and with
   * `protocol/unsupported` where the server has no history; with `usage/*` for a wrong call, which it never throws.
   * Default 50 messages, at most 1,000.
   */
  async loadOlder(options: { readonly limit?: number } = {}): Promise<OlderPage<Metadata>> {
    checkCallOptions('load older messages', options);
    const { limit = PAGE_LENGTH } = options;
    if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_LENGTH_MAX) {
      throw badArgument(
        'load older messages',
        `limit is ${showValue(limit)}, expected a whole number from 1 to ${PAGE_LENGTH_MAX}`,
      );
    }
    const session = this.#session;
    const page = session.act(() => session.pages.load(session.join(this.id), limit));
    // Safe as far as the application is right about its own metadata.
    return page as Promise<OlderPage<Metadata>>;
  }

  /**
   * Stops an answer (default: the latest that is growing). What has arrived stays, later chunks change nothing. Works
   * offline too: the server is told on every connection until it says that the answer is over. Does nothing if no
   * answer has begun yet, or it has ended.
   */
  stopStream(messageId?: MessageId): void {
    checkMessageId('stop an answer', messageId);
    const session = this.#session;
    session.act(() => session.streamStops.stop(session.join(this.id), messageId ?? null));
  }

  /**
   * Whole messages as they come in, for `for await`. Ends when the client closes; fails with `usage/consumer-too-slow`
   * when more than `bufferMax` wait to be read. Throws `usage/invalid-argument`.
   */
  messages(options?: MessagesOptions): AsyncIterable<ChatMessage<Metadata>> {
    return this.#session.readMessages(this.id, options);
  }

  /** Ends taking part: its frames are dropped from now on. Messages in the outbox still go out. */
  leave(): void {
    const session = this.#session;
    session.act(() => {
      session.conversations.leave(this.id);
      this.#onLeft(this.id);
      session.views.mark('now');
    });
  }
}
