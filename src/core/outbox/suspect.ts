/**
 * Finds a message that its server cannot bear: the connection ends whenever it comes. Links break too, so a suspect is
 * tried alone, on a connection that was calm before: one that does not even stay up for that acquits it.
 */

/** Ends in a row, right after a message was sent and with no answer to it, that make it a suspect. */
const ENDS_TO_SUSPECT = 2;
/** With trials from then on, this many convict: fewer where the server itself said goodbye. */
const ENDS_TO_CONVICT = { told: 3, cut: 5 };
/** An end that comes later than this after the message has another reason. */
const RIGHT_AFTER_MS = 2_000;
/** How long a connection has to stay up before the suspect is sent on it. */
export const CALM_MS = 2_000;

export interface Suspect {
  readonly id: string;
  readonly ends: number;
}

/** After a connection ended with this message as the oldest without an answer. */
export function suspectAfter(suspect: Suspect | null, id: string): Suspect {
  return { id, ends: suspect?.id === id ? suspect.ends + 1 : 1 };
}

/** It is sent after a calm, and others wait until it is settled. */
export function isOnTrial(suspect: Suspect | null): boolean {
  return suspect !== null && suspect.ends >= ENDS_TO_SUSPECT;
}

export function isConvicted(suspect: Suspect, end: 'told' | 'cut'): boolean {
  return suspect.ends >= ENDS_TO_CONVICT[end];
}

/** Codes of a server that goes, restarts, is too busy or finds a frame too big: none of them is about what it says. */
const INNOCENT_CODES: ReadonlySet<number> = new Set([1000, 1001, 1009, 1012, 1013]);
const CUT_CODES: ReadonlySet<number> = new Set([1005, 1006]);

/** How a connection ended that a message may have ended; null for one that it did not. */
export function readEnd(close: EndFacts, sentAtMs: number): 'told' | 'cut' | null {
  const { kind, code, action, retryAfterMs, atMs } = close;
  if (kind !== 'socket-closed' || code === null || INNOCENT_CODES.has(code)) return null;
  if (action !== 'retry' || retryAfterMs !== null || atMs - sentAtMs > RIGHT_AFTER_MS) return null;
  return CUT_CODES.has(code) ? 'cut' : 'told';
}

interface EndFacts {
  readonly kind: string;
  readonly code: number | null;
  readonly action: string;
  readonly retryAfterMs: number | null;
  readonly atMs: number;
}
