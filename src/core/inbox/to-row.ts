import type { WireMessage } from '../frame.js';
import type { MessageRow } from '../message.js';
import { wellFormedPrefix } from './stream.js';

/** Whose row it is, and under which key. */
export interface RowOwner {
  readonly key: string;
  readonly conversationId: string;
  readonly selfId: string | null;
}

/** The server's message as a row. */
export function toRow(message: WireMessage, { key, conversationId, selfId }: RowOwner): MessageRow {
  const isOwn = message.senderId !== null && message.senderId === selfId;
  const isAnswer = message.senderRole === 'assistant';
  return {
    key,
    id: message.id,
    clientMessageId: message.clientMessageId,
    conversationId,
    sender: { id: message.senderId, role: message.senderRole ?? (isOwn ? 'self' : 'other') },
    content: message.streaming ? wellFormedPrefix(message.content) : message.content,
    createdAtMs: message.createdAtMs,
    seq: message.seq,
    inReplyTo: message.inReplyTo,
    delivery: isOwn ? (message.isRead ? 'read' : 'sent') : null,
    stream: message.streaming ? 'streaming' : isAnswer ? 'done' : null,
    failure: null,
    metadata: message.metadata,
  };
}
