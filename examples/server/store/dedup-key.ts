import type { DedupKey } from '../engine/records.js';

/** Unambiguous whatever the ids hold, and well-formed text even if they are not. */
export function dedupKeyOf({ userId, conversationId, messageId }: DedupKey): string {
  return JSON.stringify([userId, conversationId, messageId]);
}
