/** What is said in a world, and what is found out about it. */

import type { Attempt } from '../device/life.js';

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
  /** In these words, instead of words that nobody else has. */
  readonly text?: string;
  readonly prefix?: string;
  readonly metadata?: unknown;
  readonly ttlMs?: number;
}

/** What a tab may tell of a row that it took over and never sent: it cannot know that the one which wrote it is back, and did. */
const NEVER_SENT = new Set(['delivery/evicted', 'delivery/cancelled', 'delivery/expired']);

/** The end of a message as told by a tab that did not see the first one. */
export function isHearsay(known: Attempt['end'], told: Attempt['end']): boolean {
  return known?.kind === 'acked' && told?.kind === 'failed' && NEVER_SENT.has(told.code);
}
