import type { ChatSocketErrorCode } from './codes.js';

const BRAND = Symbol.for('chatsocket.error');

export interface ChatSocketErrorFacts {
  readonly retryable?: boolean;
  readonly cause?: unknown;
  /** Named facts of this failure; never a token, a query string or message text. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/**
 * Every error of this library. `message` says what failed and with which value, why, and the way out;
 * `code` is stable and listed in docs/errors.md.
 */
export class ChatSocketError extends Error {
  override readonly name: string = 'ChatSocketError';
  readonly code: ChatSocketErrorCode;
  /** True where the same call may succeed later. */
  readonly retryable: boolean;
  /** Named facts, by code; see docs/errors.md. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(code: ChatSocketErrorCode, message: string, facts: ChatSocketErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.retryable = facts.retryable ?? false;
    this.fields = facts.fields ?? {};
    Object.defineProperty(this, BRAND, { value: true });
  }

  toJSON(): Record<string, unknown> {
    return { name: this.name, code: this.code, message: this.message, retryable: this.retryable, fields: this.fields };
  }
}

/**
 * True for an error of this library, of any copy of it: ESM and CJS builds side by side too, where `instanceof`
 * fails. With `code`, true only for that code.
 *
 * @example
 * try { client.send(''); } catch (error) { if (isChatSocketError(error, 'delivery/empty')) showHint(); }
 */
export function isChatSocketError(error: unknown, code?: ChatSocketErrorCode): error is ChatSocketError {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false;
  return code === undefined || ('code' in error && error.code === code);
}
