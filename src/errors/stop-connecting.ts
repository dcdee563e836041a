const BRAND = Symbol.for('chatsocket.stop-connecting');

/**
 * Thrown by a token provider to stop the client for good: `closed/stopped` until the next `connect()`.
 *
 * @example
 * const token = async () => {
 *   const answer = await fetch('/ws-token', { method: 'POST' });
 *   if (answer.status === 403) throw new StopConnecting('This account may not chat.');
 *   return answer.text();
 * };
 */
export class StopConnecting extends Error {
  override readonly name: string = 'StopConnecting';

  /** `message` is told to the user, by `explain()` and in the cause; empty if it is left out. */
  constructor(message = '') {
    super(message);
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** True for a `StopConnecting` of any copy of this library. */
export function isStopConnecting(thrown: unknown): boolean {
  return typeof thrown === 'object' && thrown !== null && BRAND in thrown;
}
