import type { ChatSocketClient } from '../client/chat-socket-client.js';
import type { ChatListener, ChatSocketEvents } from '../client/chat-socket-events.js';
import type { ChatSocketOptions } from '../client/options/options.js';

/**
 * A client that the component makes for itself: connected while it is mounted, closed after.
 *
 * Another `url`, `identity`, `protocol` or `transport` is another connection: the old client is closed at once, a new
 * one dials. All functions count as one `url`; `protocol` and `transport` are compared by reference, so make them
 * outside of the component. Another `conversationId` is another conversation over the same connection, unless the
 * protocol carries one conversation a connection, or there is none any more.
 *
 * Of `token`, a `url` that is a function, `diagnose`, `shouldRetry` and `logger` the newest one is called. Everything else,
 * and whether there is a `token` at all, counts as it was when the client was made.
 */
export interface OwnClientOptions extends ChatSocketOptions {
  /**
   * How long the connection outlives the component, so that what was just sent still arrives and a component that was only
   * hidden finds it open. One that is mounted anew has a client of its own. Milliseconds, 0 to 600,000; default 1,000.
   */
  readonly lingerMs?: number;
  /**
   * False means no connection: nothing is dialled and no token asked for until it is true, as before the user has signed
   * in; a connection that is there is closed at once. What is sent meanwhile waits in the outbox. Default true.
   */
  readonly enabled?: boolean;
  readonly client?: never;
}

/** A client that somebody else made. It stays theirs: they call its `connect()` and `close()`. */
export interface GivenClientOptions<Metadata = unknown> {
  /** Made with `new ChatSocketClient(…)`, outside of React or above. */
  readonly client: ChatSocketClient<Metadata>;
  /** Default: the conversation that the client was made with. */
  readonly conversationId?: string;
  readonly url?: never;
  readonly enabled?: never;
}

/** The client of the `ChatSocketProvider` above. */
export interface ProvidedClientOptions {
  /** Default: the provider's. */
  readonly conversationId?: string;
  readonly client?: never;
  readonly url?: never;
  readonly enabled?: never;
}

/** A client that exists, given or provided, and a conversation of it. */
export type ChatPlace<Metadata = unknown> = GivenClientOptions<Metadata> | ProvidedClientOptions;

/** Listeners by event, those of the conversation alone where there is one. The newest function is the one called. */
export type ChatListeners<Metadata = unknown> = {
  readonly [Name in keyof ChatSocketEvents]?: ChatListener<Name, Metadata>;
};

/** Which client `useChatSocket` shows, and what it tells of it. */
export type UseChatSocketOptions<Metadata = unknown> = (OwnClientOptions | ChatPlace<Metadata>) & {
  /** Called for every event, also for those that come between two renders. */
  readonly on?: ChatListeners<Metadata>;
};
