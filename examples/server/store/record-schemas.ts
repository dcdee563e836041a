/** The stored records as schemas: what a disk gives back is as foreign as what a socket brings. */

import { z } from 'zod';
import type { ConversationRecord, DedupRecord, LogEntry, UserRecord } from '../engine/records.js';

export const userRecord: z.ZodType<UserRecord> = z.object({ id: z.string(), name: z.string() });

export const conversationRecord: z.ZodType<ConversationRecord> = z.object({
  id: z.string(),
  epoch: z.string(),
  isOpen: z.boolean(),
  assistant: z.enum(['always', 'on-mention', 'never']),
  memberIds: z.array(z.string()),
});

/** The oldest place of a log; absent where nothing was ever dropped. */
export const cutRecord = z.int().min(1).default(1);

export const dedupRecord: z.ZodType<DedupRecord> = z.object({
  userId: z.string(),
  conversationId: z.string(),
  messageId: z.string(),
  fingerprint: z.string(),
  id: z.string(),
  seq: z.int().min(1),
  storedAtMs: z.number(),
});

const messageEntry = z.object({
  kind: z.literal('message'),
  seq: z.int().min(1),
  id: z.string(),
  senderId: z.string(),
  senderName: z.string(),
  role: z.enum(['assistant', 'system']).nullable(),
  content: z.string(),
  createdAtMs: z.number(),
  clientMessageId: z.string().nullable(),
  inReplyTo: z.string().nullable(),
  metadata: z.unknown().optional(),
  readBy: z.array(z.string()),
  stream: z.enum(['streaming', 'done', 'stopped', 'failed']).nullable(),
  // Folders from before messages could change lack these.
  changedSeq: z.int().min(1).nullable().default(null),
  deleted: z.boolean().default(false),
  writer: z.string().exactOptional(),
});

const readEntry = z.object({
  kind: z.literal('read'),
  seq: z.int().min(1),
  messageIds: z.array(z.string()),
  readBy: z.string(),
  createdAtMs: z.number(),
});

const changeEntry = z.object({
  kind: z.enum(['edited', 'deleted']),
  seq: z.int().min(1),
  messageId: z.string(),
  by: z.string(),
  createdAtMs: z.number(),
});

/** JSON drops an absent `metadata`, and the schema gives it back as undefined. */
export const logEntry: z.ZodType<LogEntry> = z
  .discriminatedUnion('kind', [messageEntry, readEntry, changeEntry])
  .transform((entry): LogEntry => (entry.kind === 'message' ? { ...entry, metadata: entry.metadata } : entry));
