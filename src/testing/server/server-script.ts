/** What a mock server can be told; `mock-server.ts` does it. */
import type { Clock } from '../../ports/clock.js';
import type { MockTransport } from '../mock-transport.js';
import type { MockConnection } from '../network/mock-connection.js';
import type { MockLogEntry } from './mock-log.js';
import type { MockStream } from './mock-streams.js';
import type { Dialect } from './server-frames.js';
import type { PendingMessage } from './server-state.js';

/** What a mock server is and how much it does by itself. */
export interface MockServerOptions {
  readonly transport: MockTransport;
  /**
   * `manual` (default): nothing is accepted and no message is acked until the test says so. `auto`: every dial is
   * accepted and greeted, every message stored, told to all and acked, in that order. Both answer joins, pings, history,
   * typing, read marks and new tokens by themselves, once a connection is greeted.
   */
  readonly mode?: 'manual' | 'auto';
  /** Default `chatsocket.v1`. */
  readonly dialect?: Dialect;
  /** Where `emit`, `stream` and the like happen unless told otherwise. Default `conversation-1`. */
  readonly conversationId?: string;
  /** Who the clients are; a function tells it of each connection, as by its token. Default `user-1`. */
  readonly userId?: string | ((connection: MockConnection) => string);
  /** Added to what `connected` says, such as `{ deduplicates: false }`, which the server then keeps to. */
  readonly hello?: Readonly<Record<string, unknown>>;
  /** Gives messages their times. */
  readonly clock?: Clock;
}

/** Who says something, where, and whether it arrives. */
export interface EmitOptions {
  readonly conversationId?: string;
  /** Default `user-2`. */
  readonly senderId?: string;
  readonly role?: 'assistant' | 'system';
  readonly inReplyTo?: string;
  readonly metadata?: unknown;
  /** Stored, but the frames get lost: a gap that a resume can fill. */
  readonly isLost?: boolean;
}

/** Where something is changed, and whether the news of it arrives. */
export interface ChangeOptions {
  readonly conversationId?: string;
  /** Stored, but the frames get lost. */
  readonly isLost?: boolean;
}

export interface StreamOptions {
  readonly conversationId?: string;
  /** Default `assistant`. */
  readonly senderId?: string;
  readonly inReplyTo?: string;
  /** UTF-16 code units in a chunk. Default 8. */
  readonly chunk?: number;
  /** Drops the newest connection after that many chunks; the answer is written to its end all the same. */
  readonly dropAt?: number;
  /** Sends every chunk twice. */
  readonly duplicate?: boolean;
}

/** A refusal's details. */
export interface NackOptions {
  /** Which message. Default: the oldest pending one, else the next. */
  readonly id?: string;
  readonly retryAfterMs?: number;
}

/**
 * A scripted peer that speaks the envelope protocol over a mock transport. What goes to one connection goes to
 * `connection`, the newest one. Where a method takes the id of a message and none is given, it means the oldest pending
 * message, else the next one to arrive.
 */
export interface MockServer {
  readonly transport: MockTransport;
  /** The newest connection; throws with the transcript if there is none. */
  readonly connection: MockConnection;
  /** Messages that have had no answer, oldest first. */
  readonly pending: readonly PendingMessage[];
  /** Tokens that came in `authenticate` frames. */
  readonly renewedTokens: readonly string[];
  /** The default conversation's log, for asserting. */
  readonly log: readonly MockLogEntry[];
  logOf(conversationId: string): readonly MockLogEntry[];

  /** Cuts every connection and refuses every handshake until `up()`: no network, as the client sees it. */
  down(): void;
  /** From the next dial on it is there again, with its log; the client dials when its time comes. */
  up(): void;
  /** Accepts the newest connection if need be and greets it; `hello` adds to what `connected` says. */
  ready(hello?: Readonly<Record<string, unknown>>): void;
  /** Waits for the next dial (see `MockTransport.nextConnection`), accepts and greets it, and lets the client join. */
  readyNext(limits?: { readonly withinMs?: number }): Promise<MockConnection>;
  /** Stores a message, tells everyone and acks it. */
  ack(id?: string): void;
  /** Stores a message and tells everyone; the ack gets lost. */
  dropAck(id?: string): void;
  /** Stores and acks a message, and acks it once more; a message that was acked before is acked again. */
  duplicateAck(id?: string): void;
  /** Refuses a message with that code; it is not stored. */
  nack(code: string, options?: NackOptions): void;

  /** Somebody else says something: the next number, to everyone who joined. */
  emit(content: string, options?: EmitOptions): MockLogEntry;
  /** Stores messages in their order and delivers them in another one: `order` lists their places, default reversed. */
  reorder(contents: readonly string[], order?: readonly number[]): readonly MockLogEntry[];
  /** Puts other words into a message; the change has a number of its own. What the message is now; null for no such. */
  edit(id: string, content: string, options?: ChangeOptions): MockLogEntry | null;
  /** Makes a message a tombstone. */
  delete(id: string, options?: ChangeOptions): MockLogEntry | null;
  /** Somebody, by default `user-2`, has read these. */
  read(ids: readonly string[], options?: ChangeOptions & { readonly readBy?: string }): void;
  /** Retention: what stands before a number is gone for good. */
  cutBefore(seq: number, conversationId?: string): void;
  /** The next frames of a type are taken and get no answer; default 1, 0 ends it. */
  ignore(type: string, count?: number): void;
  /** Uses up numbers that nobody can ever have. */
  skipSeq(count?: number, conversationId?: string): void;
  /** Sends every event of the log once more, from a number on (default 1). */
  replay(fromSeq?: number, conversationId?: string): void;
  /** The log is lost: the next join finds an empty one of another epoch. */
  newEpoch(conversationId?: string): void;
  /** A whole answer in chunks, at once. */
  stream(content: string, options?: StreamOptions): MockStream;
  /** An answer that the test writes piece by piece. */
  startStream(options?: Pick<StreamOptions, 'conversationId' | 'senderId' | 'inReplyTo'>): MockStream;
  setTyping(isTyping: boolean, options?: Pick<EmitOptions, 'conversationId' | 'senderId'>): void;
  /** Ends the newest connection for its token: code 4401; in the base dialect an error frame and 1008. */
  expireToken(): void;
  warnTokenExpiring(expiresInMs: number): void;
  announceRestart(retryAfterMs: number): void;
  /** Sends any envelope to the newest connection. */
  sendFrame(frame: { readonly type: string; readonly payload?: Readonly<Record<string, unknown>> }): void;
}
