/**
 * Finds a message that its server cannot bear: the server says goodbye whenever it comes. A link that merely breaks
 * says nothing, so only closes that were told count, and the last one only while the message was alone on its way.
 */

/** Closes in a row that make a message a suspect, which is then sent alone, and a culprit. */
const CLOSES_TO_ISOLATE = 2;
const CLOSES_TO_CONVICT = 3;

export interface Suspect {
  readonly id: string;
  readonly closes: number;
}

/** After a told close with this message as the oldest without an answer. */
export function suspectAfter(suspect: Suspect | null, id: string): Suspect {
  return { id, closes: suspect?.id === id ? suspect.closes + 1 : 1 };
}

/** Others wait until it is settled. */
export function mustBeAlone(suspect: Suspect | null): boolean {
  return suspect !== null && suspect.closes >= CLOSES_TO_ISOLATE;
}

export function isConvicted(suspect: Suspect): boolean {
  return suspect.closes >= CLOSES_TO_CONVICT;
}

/** Codes of a server that goes, restarts, is too busy or wants another token: none of them is about a message. */
const INNOCENT_CODES: ReadonlySet<number> = new Set([1000, 1001, 1005, 1006, 1009, 1012, 1013]);

/** True for a close that a message may have caused: a server's own word for trouble. */
export function mayBeAMessage(close: {
  readonly kind: string;
  readonly code: number | null;
  readonly action: string;
  readonly retryAfterMs: number | null;
}): boolean {
  const { kind, code, action, retryAfterMs } = close;
  if (kind !== 'socket-closed' || code === null || INNOCENT_CODES.has(code)) return false;
  return action === 'retry' && retryAfterMs === null;
}
