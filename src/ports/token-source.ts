import type { CloseCause } from '../core/connection/close-cause.js';
import type { DialReason } from '../core/connection/state.js';

/** What a token provider is told about the dial that it serves. */
export interface TokenRequest {
  /** Aborted when the token is no longer wanted: the deadline passed, or the client was closed. */
  readonly signal: AbortSignal;
  readonly reason: DialReason;
  /** 0 for a first dial, then the number of the retry. */
  readonly attempt: number;
  readonly lastClose: CloseCause | null;
}

/** A token: the bare string, or with its lifetime in milliseconds; `null` stops the client with `token/none`. */
export type TokenAnswer = string | { readonly token: string; readonly expiresInMs?: number } | null;

/** Awaited on every dial; its answer is used for that dial and no other. */
export type TokenSource = (request: TokenRequest) => TokenAnswer | Promise<TokenAnswer>;
