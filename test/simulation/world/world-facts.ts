/** What is said in a world, and what is found out about it. */

export interface Violation {
  readonly id: string;
  readonly what: string;
  readonly atMs: number;
}

/** A range of the log, both ends included. */
export interface Gap {
  readonly fromSeq: number;
  readonly toSeq: number;
}

/** What to say: a text of its own, filled up to a size. */
export interface Saying {
  readonly size: number;
  readonly prefix?: string;
  readonly metadata?: unknown;
  readonly ttlMs?: number;
}
