/** One client and its way back, in figures that can be compared; times are milliseconds after the outage began. */

/** Fetching a token, a handshake that is taken or refused, and joining take this long each. */
export const STEP_MS = 20;

export interface Comeback {
  /** When its sockets were dialled. */
  readonly dialsAtMs: readonly number[];
  /** When the dial was made that was taken; null for a client that never lost its connection. */
  readonly takenAtMs: number | null;
  /** From the return of the server, or from the loss if that came later, until it was open again. */
  readonly recoveryMs: number;
}
