/** Puts a message into a log: stored first, told second. */

import { considerAnswer } from './answers.js';
import { appendEntry } from './append.js';
import type { Conversation } from './conversation.js';
import { fingerprint } from './fingerprint.js';
import { eventOf } from './history.js';
import type { DedupRecord, MessageEntry, StoreWrite, UserRecord } from './records.js';
import type { Turn } from './turn.js';
import { accountOf, tell, tellMembers, type World } from './world.js';

/** What was said, whoever said it. */
export interface Draft {
  readonly sender: UserRecord;
  readonly content: string;
  readonly messageId: string | null;
  readonly inReplyTo: string | null;
  readonly metadata: unknown;
}

/** Appends a message, and tells everyone once it is durable. The sender's own socket hears it ahead of its ack. */
export function post(
  world: World,
  turn: Turn,
  message: { conversation: Conversation; draft: Draft; ackTo?: string; again?: (turn: Turn) => void },
): void {
  const { conversation, draft, ackTo, again = (later: Turn) => post(world, later, message) } = message;
  const entry = entryFor(conversation, draft, turn.nowMs);
  appendEntry(turn, {
    conversation,
    entry,
    writes: rememberDraft(world, turn, { conversation, draft, entry }),
    announce: (told) => {
      tellMembers(world, told, { conversation, frame: eventOf(conversation, entry, null) });
      if (ackTo !== undefined && draft.messageId !== null) {
        const payload = { messageId: draft.messageId, id: entry.id, seq: entry.seq, duplicate: false };
        tell(world, told, { connectionId: ackTo, frame: { type: 'ack', payload } });
      }
      considerAnswer(world, told, { conversation, question: entry });
    },
    again,
  });
}

/** Tells two copies under one id apart. */
export function fingerprintOf(draft: Draft): string {
  return fingerprint([draft.content, draft.inReplyTo, draft.metadata ?? null]);
}

function entryFor(conversation: Conversation, draft: Draft, nowMs: number): MessageEntry {
  const seq = conversation.nextSeq;
  return {
    kind: 'message',
    seq,
    id: conversation.messageIdOf(seq),
    senderId: draft.sender.id,
    senderName: draft.sender.name,
    role: null,
    content: draft.content,
    createdAtMs: nowMs,
    clientMessageId: draft.messageId,
    inReplyTo: draft.inReplyTo,
    metadata: draft.metadata,
    readBy: [],
    stream: null,
    changedSeq: null,
    deleted: false,
  };
}

/** The record goes into the same batch as the entry: neither is ever durable without the other. */
function rememberDraft(
  world: World,
  turn: Turn,
  accepted: { conversation: Conversation; draft: Draft; entry: MessageEntry },
): readonly StoreWrite[] {
  const { conversation, draft, entry } = accepted;
  if (draft.messageId === null) return [];
  const { dedup } = accountOf(world, draft.sender.id, turn.nowMs);
  const dropped = dedup.dropExpired(turn.nowMs).map((key): StoreWrite => ({ type: 'drop-dedup', key }));
  const record: DedupRecord = {
    userId: draft.sender.id,
    conversationId: conversation.id,
    messageId: draft.messageId,
    fingerprint: fingerprintOf(draft),
    id: entry.id,
    seq: entry.seq,
    storedAtMs: turn.nowMs,
  };
  dedup.add(record);
  return [...dropped, { type: 'put-dedup', record }];
}
