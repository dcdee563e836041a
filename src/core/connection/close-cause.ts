import type { CloseAction } from './close-code.js';

/** Why a connection, or an attempt at one, ended. Holds facts only; no code is ever invented. */
export interface CloseCause {
  readonly kind: CloseKind;
  /** The WebSocket close code; null where no socket closed. */
  readonly code: number | null;
  /** The close reason, cut to 123 characters; null where no socket closed. */
  readonly reason: string | null;
  readonly wasClean: boolean;
  /** False for a handshake that was refused, which browsers show as code 1006. */
  readonly everOpened: boolean;
  /** How long the connection had been open; null if it never was. */
  readonly ageMs: number | null;
  /** How long nothing had come in on it, in milliseconds; null if it never was open. */
  readonly quietMs: number | null;
  readonly atMs: number;
  /** What the client does about it. */
  readonly action: CloseAction;
  /** The server's wish for a pause, in milliseconds. */
  readonly retryAfterMs: number | null;
  /**
   * What several ends in a row have in common, in words in `explain()`. `handshake-refused`: three handshakes were refused.
   * `idle-timeout`, `age-limit`: three connections were cut (1006) after the same round time without a frame, or of life.
   */
  readonly diagnosis: 'handshake-refused' | 'idle-timeout' | 'age-limit' | null;
}

export type CloseKind =
  | 'socket-closed'
  | 'token-failed'
  | 'token-timed-out'
  | 'token-refused'
  | 'no-token'
  | 'stopped-by-provider'
  | 'dial-failed'
  | 'dial-timed-out'
  | 'join-timed-out'
  | 'unresponsive'
  | 'ack-overdue'
  | 'bad-frames';
