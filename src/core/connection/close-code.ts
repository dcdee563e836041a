/** What to do after a close: dial again, dial with a new token, stop, or blame one message. */
export type CloseAction = 'retry' | 'renew-token' | 'stop' | 'too-big';

/** A reading of one close. */
export interface CloseVerdict {
  readonly action: CloseAction;
  /** The server's wish for a pause, in milliseconds. */
  readonly retryAfterMs: number | null;
}

const STOP_CODES: ReadonlySet<number> = new Set([1002, 1003, 1007, 1010, 4003, 4403]);
const RENEW_CODES: ReadonlySet<number> = new Set([4001, 4401]);
const TOO_BIG_CODE = 1009;

/** The common table, for every code that no protocol claims. A clean close from the server retries too. */
export function readCloseCode(code: number): CloseAction {
  if (STOP_CODES.has(code)) return 'stop';
  if (RENEW_CODES.has(code)) return 'renew-token';
  if (code === TOO_BIG_CODE) return 'too-big';
  return 'retry';
}
