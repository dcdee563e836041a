import type { OutboxEntry } from '../../core/outbox/outbox-entry.js';
import type { StoredMessage } from '../../ports/outbox-store.js';
import { draftSizeBytes } from './draft.js';

/** A message as its store keeps it; `transmittedAtMs` may be ahead of the first transmission, never behind it. */
export function toRow(entry: OutboxEntry, transmittedAtMs: number | null): StoredMessage {
  const { id, conversationId, content, metadata, inReplyTo, queuedAtMs, expiresAtMs, order } = entry;
  return { id, conversationId, content, metadata, inReplyTo, queuedAtMs, expiresAtMs, order, transmittedAtMs };
}

/** A message of an earlier life: what a connection may have had is unconfirmed. */
export function toEntry(row: StoredMessage): OutboxEntry {
  return {
    ...row,
    sizeBytes: draftSizeBytes(row.content, row.metadata),
    status: row.transmittedAtMs === null ? 'queued' : 'unconfirmed',
    keeping: keepingOf(row),
    sent: null,
  };
}

/** How a message stands to the store that has this row of it. */
export function keepingOf({ transmittedAtMs }: StoredMessage): 'kept' | 'cleared' {
  return transmittedAtMs === null ? 'kept' : 'cleared';
}
