/** The four statuses of a connection, each with only its own facts. */

import type { Recovery } from '../frame.js';
import type { CloseCause } from './close-cause.js';
import type { Cut } from './cuts.js';

/** What led to a dial. */
export type DialReason = 'first' | 'retry' | 'wake' | 'online' | 'manual' | 'handover' | 'auth-failed';

/** Names one dial; every answer carries it, and answers of another dial change nothing. */
export type DialId = number;

/** One try at a connection: token, socket, hello and joins, all under one deadline. */
export interface Attempt {
  readonly dialId: DialId;
  readonly reason: DialReason;
  readonly phase: 'authorizing' | 'dialing' | 'joining';
  readonly deadlineAtMs: number;
  /** When the socket opened; null before. */
  readonly openedAtMs: number | null;
  /** What the device said of itself meanwhile: if this one fails, the next one need not wait. */
  readonly signal: 'wake' | 'online' | null;
}

/** How sure the client is that the link lives. */
export type Pulse =
  | { readonly phase: 'resting'; readonly lastPingAtMs: number }
  | {
      readonly phase: 'awaiting';
      /** `slow`: a probe of which half the time is over, or one for an overdue ack; no other is dialled for it. */
      readonly kind: 'beat' | 'probe' | 'slow';
      readonly pingSentAtMs: number;
      readonly timeoutMs: number;
    }
  /** A deadline came due while the page was hidden; it is judged on wake. */
  | { readonly phase: 'unjudged'; readonly pingSentAtMs: number }
  /** The timer of the deadline was late, so the process slept: answers may still be waiting to be read. */
  | { readonly phase: 'grace'; readonly pingSentAtMs: number };

/** How many pings have no answer, and since when. Any frame proves life, but only a pong proves that we are heard. */
export interface PongsDue {
  readonly count: number;
  readonly sinceMs: number;
}

/** Whether the token of the open connection is to be renewed; `beganAtMs` is when it last was, null for never. */
export type Renewal =
  | { readonly phase: 'none'; readonly beganAtMs: number | null }
  | { readonly phase: 'armed'; readonly beganAtMs: number | null; readonly atMs: number }
  | { readonly phase: 'under-way'; readonly beganAtMs: number };

/** How far a fresh connection is that takes over from the one in use. */
export type Handover =
  | { readonly phase: 'none' }
  | {
      readonly phase: 'waiting';
      readonly reason: DialReason;
      /** Null while the page is left: the try is made when the page is shown. */
      readonly dueAtMs: number | null;
      readonly inDoubt: boolean;
    }
  /** Dialled while the one in use still serves. */
  | {
      readonly phase: 'trying';
      readonly attempt: Attempt;
      /** Only because the one in use is slow to answer: its answer ends the try. */
      readonly inDoubt: boolean;
    }
  /** The fresh one is in use; the one before brings its last frames. */
  | {
      readonly phase: 'draining';
      readonly leavingId: DialId;
      /** What was asked for meanwhile: a third socket has to wait. */
      readonly next: { readonly reason: DialReason; readonly dueAtMs: number } | null;
    };

/** What the page was last known to be. */
export type PageView = 'visible' | 'hidden' | 'left';

/** What outlives a single attempt. */
export interface ConnectionRecord {
  readonly lastDialId: DialId;
  /** The rung of the backoff ladder: retries since the last stable connection. */
  readonly retries: number;
  /** Retries counted against `attemptsMax`; those of a hidden page are not. */
  readonly retriesSpent: number;
  /** When the latest automatic dials were made, oldest first; at most `dialsPerMinuteMax` of them. */
  readonly automaticDialsAtMs: readonly number[];
  /** Fresh tokens refused in a row. */
  readonly tokensRefused: number;
  /** Handshakes refused in a row. */
  readonly handshakesRefused: number;
  /** Joins in a row that took too long although the server spoke: the link is slow, and the next one has more time. */
  readonly joinsTimedOut: number;
  /** The last open connections, if all of them were cut. */
  readonly cuts: readonly Cut[];
  readonly hasOpened: boolean;
  /** Servers that never answer pings are not judged by their silence. */
  readonly peerAnswersPings: boolean;
  /** A pause the server asked for, to be kept at the next loss. */
  readonly hintedPauseMs: number | null;
  readonly lastCause: CloseCause | null;
  readonly page: PageView;
}

interface Recorded {
  readonly record: ConnectionRecord;
}

export interface Waiting extends Recorded {
  readonly status: 'connecting';
  readonly phase: 'waiting';
  readonly reason: DialReason;
  /** Null while the page is left: it is dialled again when the page is shown. */
  readonly retryAtMs: number | null;
}

export interface Trying extends Recorded {
  readonly status: 'connecting';
  readonly phase: 'trying';
  readonly attempt: Attempt;
}

export interface Open extends Recorded {
  readonly status: 'open';
  readonly dialId: DialId;
  readonly sinceMs: number;
  readonly recovered: 'first' | Recovery;
  readonly roundTripMs: number | null;
  readonly pulse: Pulse;
  readonly pongsDue: PongsDue | null;
  readonly renewal: Renewal;
  /** The server takes a new token on the open connection. */
  readonly canRenewInBand: boolean;
  readonly handover: Handover;
}

export interface Closing extends Recorded {
  readonly status: 'closing';
  readonly dialId: DialId;
}

export interface Closed extends Recorded {
  readonly status: 'closed';
  readonly reason: 'initial' | 'client' | 'stopped' | 'exhausted' | 'disposed';
  readonly cause: CloseCause | null;
}

export type ConnectionState = Waiting | Trying | Open | Closing | Closed;
