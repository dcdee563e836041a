/** What of the messages whose ack was lost goes out again by itself. */

import type { OutboxEntry } from './outbox-entry.js';

/** `when-safe`: only to servers that recognise a repeat. */
export type ResendPolicy = 'always' | 'when-safe' | 'never';

/** A server's memory of ids is not trusted in its last hour, or, where it is short, in its last half. */
const MARGIN_MAX_MS = 3_600_000;

export function resendsByItself(policy: ResendPolicy, deduplicates: boolean): boolean {
  return policy === 'always' || (policy === 'when-safe' && deduplicates);
}

/** True once the server may have forgotten the id, so that a repeat could become a second message. */
export function isTooOldToRepeat(entry: OutboxEntry, dedupWindowMs: number | null, nowMs: number): boolean {
  if (entry.transmittedAtMs === null || dedupWindowMs === null) return false;
  const marginMs = Math.min(MARGIN_MAX_MS, dedupWindowMs / 2);
  return nowMs - entry.transmittedAtMs >= dedupWindowMs - marginMs;
}
