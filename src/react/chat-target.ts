import type { ChatSnapshot } from '../client/chat-snapshot.js';
import type { ChatSocketClient } from '../client/chat-socket-client.js';
import type { ChatSocketEvents } from '../client/chat-socket-events.js';
import type { Conversation } from '../client/conversation.js';
import type { Outgoing } from '../client/outgoing.js';
import type { OlderPage } from '../client/receiving/older-pages.js';
import type { SendOptions } from '../client/send-options.js';

/** What can be done to a conversation. Each keeps its identity as long as client and conversation stay the same. */
export interface ChatActions<Metadata = unknown> {
  /** Queues a message, online or not; it is in `messages` at once. Throws `delivery/*` for what cannot be sent. */
  readonly send: (content: string, options?: SendOptions<Metadata>) => Outgoing;
  /** Throttled; safe to call on every key press. */
  readonly setTyping: (isTyping: boolean) => void;
  /** Marks what others wrote as read, up to and with a message (default: all of it). */
  readonly markRead: (upTo?: string) => void;
  /** Stops an answer (default: the latest that is growing); what has arrived stays. */
  readonly stopStream: (messageId?: string) => void;
  /** Loads a page of older messages into `messages`. Rejects without a connection. */
  readonly loadOlder: (options?: { readonly limit?: number }) => Promise<OlderPage<Metadata>>;
  /** Tries again now, with a fresh token. */
  readonly reconnect: () => void;
}

/** What the server renders, and what the browser renders first over the server's page. */
export const SERVER_SNAPSHOT: ChatSnapshot = /* @__PURE__ */ Object.freeze({
  connection: /* @__PURE__ */ Object.freeze({ status: 'closed', reason: 'initial', cause: null, showOffline: false }),
  messages: /* @__PURE__ */ Object.freeze([]),
  typing: /* @__PURE__ */ Object.freeze([]),
  outbox: /* @__PURE__ */ Object.freeze({ queued: 0, inFlight: 0, failed: 0 }),
  hasOlder: false,
  isResponding: false,
});

/** A conversation of a client, as hooks see it. Rendering it changes nothing: it is joined only when it is listened to. */
export class ChatTarget {
  readonly client: ChatSocketClient;
  /** Null for the conversation that the client was made with, if any. */
  readonly conversationId: string | null;
  readonly actions: ChatActions;
  /** The client stands for its own conversation. */
  #scope: ChatSocketClient | Conversation | null;

  constructor(client: ChatSocketClient, conversationId: string | null) {
    this.client = client;
    this.conversationId = conversationId;
    this.#scope = conversationId === null ? client : null;
    this.actions = {
      send: (content, options) => this.#join().send(content, options),
      setTyping: (isTyping) => this.#join().setTyping(isTyping),
      markRead: (upTo) => this.#join().markRead(upTo),
      stopStream: (messageId) => this.#join().stopStream(messageId),
      loadOlder: async (options) => this.#join().loadOlder(options),
      reconnect: () => client.reconnect(),
    };
  }

  get snapshot(): ChatSnapshot {
    return this.#scope?.snapshot ?? { ...SERVER_SNAPSHOT, connection: this.client.snapshot.connection };
  }

  subscribe(listener: () => void): () => void {
    return this.#isOver ? noop : this.#join().subscribe(listener);
  }

  on<Name extends keyof ChatSocketEvents>(name: Name, listener: (payload: ChatSocketEvents[Name]) => void): () => void {
    return this.#isOver ? noop : this.#join().on(name, listener);
  }

  /** A client that was disposed shows what it showed last, and joins no conversation any more. */
  get #isOver(): boolean {
    const { connection } = this.client.snapshot;
    return connection.status === 'closed' && connection.reason === 'disposed';
  }

  #join(): ChatSocketClient | Conversation {
    this.#scope ??= this.client.conversation(this.conversationId ?? '');
    return this.#scope;
  }
}

export function noop(): undefined {}
