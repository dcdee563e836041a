/** Time: what it is, and being called later. */
export interface Clock {
  /** Milliseconds since the Unix epoch that never run backwards within one process. */
  nowMs(): number;
  /** Calls `callback` once after `delayMs` (0 or more); the function returned cancels it, twice is harmless. */
  startTimer(callback: () => void, delayMs: number): () => void;
}
