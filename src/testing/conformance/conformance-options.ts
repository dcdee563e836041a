import type { Clock } from '../../ports/clock.js';
import type { ConformanceClause } from './clauses.js';

/** What the kit asks of `connect`: a connection of one user, and where its texts go. */
export interface ConformanceConnectRequest {
  /** Who connects: one of `users`. The server must take them for that user, by whatever token it wants. */
  readonly user: string;
  /** To be called with each text frame, from the first on, in the order in which they came. */
  readonly onText: (text: string) => void;
  /** To be called once the connection is over, whoever ended it. Twice is harmless. */
  readonly onClose: () => void;
  /** Aborted when nobody waits for the connection any more. */
  readonly signal: AbortSignal;
}

/** The smallest connection that a server can be asked over. */
export interface ConformanceConnection {
  /** Sends one text frame. May throw where the connection is over. */
  send(text: string): void;
  /** Ends the connection; after the end it does nothing. */
  close(): void | Promise<void>;
}

export type ConformanceConnect = (
  request: ConformanceConnectRequest,
) => ConformanceConnection | Promise<ConformanceConnection>;

/** A message that is in a conversation's log, by the names that the server gave. */
export interface LoggedMessage {
  readonly conversationId: string;
  /** The server's id of it, as its ack said. */
  readonly id: string;
  readonly seq: number;
  readonly senderId: string;
  readonly content: string;
}

/**
 * What no client can cause. Each is optional; what needs one that is missing is reported as `not checked`. All of them
 * resolve once it is done and the server takes connections.
 */
export interface ConformanceHooks {
  /** Ends the server as abruptly as you can (a kill rather than a shutdown) and starts it again on what it has stored. */
  restart?(): void | Promise<void>;
  /**
   * Lets the server die once the next message is in its store and before anybody was told, then starts it again. Call
   * `send` when it is ready to die; that sends the message.
   */
  crashAfterStore?(send: () => void): void | Promise<void>;
  /** Moves the clock of the server ahead, and of nobody else. Its sessions may end of it. */
  advanceClock?(aheadMs: number): void | Promise<void>;
  /** Deletes a message the way in which your users do. */
  deleteMessage?(message: LoggedMessage): void | Promise<void>;
  /** Changes the text of a message the way in which your users do. */
  editMessage?(message: LoggedMessage, content: string): void | Promise<void>;
  /** Forgets, for good, the entries of a conversation up to and including `throughSeq`. */
  cutRetention?(cut: { readonly conversationId: string; readonly throughSeq: number }): void | Promise<void>;
}

export type ConformanceHookName = keyof ConformanceHooks;

export interface ConformanceOptions {
  /** Connects one user. Called several times for the same user: each call is a connection of its own. */
  readonly connect: ConformanceConnect;
  /**
   * A conversation that both users may write in, and in which nobody else speaks, no bot either. A function is called for each check and should make a new one;
   * a text names one that all checks share, and then what needs two of them is not checked.
   */
  readonly conversation:
    | string
    | ((request: { readonly users: readonly [string, string] }) => string | Promise<string>);
  /** Two users that the server knows, or will know by `connect`. Default `conformance-1` and `conformance-2`. */
  readonly users?: readonly [string, string];
  readonly hooks?: ConformanceHooks;
  /** Only the checks of these clauses. Default all. */
  readonly clauses?: readonly ConformanceClause[];
  readonly timeouts?: ConformanceTimeouts;
  /** Whose time the deadlines are told in. A `manualClock` is moved on by the kit itself. Default real time. */
  readonly clock?: Clock;
  /** Makes the ids of messages, UUIDs. They must be new to the server. Default random ones. */
  readonly messageId?: () => string;
}

export interface ConformanceTimeouts {
  /** By then the server has answered, or it will not. Default 5,000. */
  readonly answerMs?: number;
  /** What has not come within this time is taken to come never. Default 250. */
  readonly quietMs?: number;
  /** A hook is done by then. Default 60,000. */
  readonly hookMs?: number;
  /** A whole check is over by then, without its hooks. Default 60,000. */
  readonly checkMs?: number;
}
