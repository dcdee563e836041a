/** Which messages a join or a page shows. */

import type { EnvelopeMessage } from 'chatsocket/schemas';
import type { Conversation } from './conversation.js';
import type { LogEntry, MessageEntry } from './records.js';

export interface Span {
  /** Exclusive at both ends. */
  readonly after: number;
  readonly before: number;
}

export interface SpanLimit {
  readonly count: number;
  /** UTF-16 code units of text. */
  readonly textMax: number;
}

export interface Excerpt {
  /** The newest of the span, oldest first. */
  readonly messages: readonly MessageEntry[];
  /** False where a limit, or the edge of memory, cut the span short. */
  readonly isComplete: boolean;
}

export function newestOf(conversation: Conversation, span: Span, limit: SpanLimit): Excerpt {
  const messages: MessageEntry[] = [];
  const last = Math.min(span.before - 1, conversation.headSeq);
  let text = 0;
  let count = 0;
  for (let seq = last; seq > span.after; seq -= 1) {
    const entry = conversation.entryAt(seq);
    if (entry === null) return { messages: messages.reverse(), isComplete: false };
    if (entry.kind === 'message') {
      text += entry.content.length;
      count += 1;
      // One message is always given, however long, so that paging gets on.
      if (count > limit.count || (count > 1 && text > limit.textMax)) {
        return { messages: messages.reverse(), isComplete: false };
      }
      messages.push(entry);
    }
  }
  return { messages: messages.reverse(), isComplete: true };
}

/** Cuts what a store has read down to the text limit, from its old end. */
export function fitText(entries: readonly LogEntry[], textMax: number): readonly MessageEntry[] {
  const messages = entries.filter((entry) => entry.kind === 'message');
  let text = 0;
  let start = messages.length;
  while (start > 0) {
    text += messages[start - 1]?.content.length ?? 0;
    if (text > textMax && start < messages.length) break;
    start -= 1;
  }
  return messages.slice(start);
}

/** Whether any message lies before `seq`. What has left memory counts as messages. */
export function hasMessageBefore(conversation: Conversation, seq: number): boolean {
  if (conversation.firstSeq > 1) return seq > 1;
  for (let earlier = Math.min(seq - 1, conversation.headSeq); earlier >= 1; earlier -= 1) {
    if (conversation.entryAt(earlier)?.kind === 'message') return true;
  }
  return false;
}

export function onWire(conversationId: string, entry: MessageEntry): EnvelopeMessage {
  return {
    id: entry.id,
    conversationId,
    senderId: entry.senderId,
    senderName: entry.senderName,
    content: entry.content,
    timestamp: new Date(entry.createdAtMs).toISOString(),
    read: entry.readBy.length > 0,
    seq: entry.seq,
    ...(entry.clientMessageId === null ? {} : { clientMessageId: entry.clientMessageId }),
    ...(entry.role === null ? {} : { role: entry.role }),
    ...(entry.inReplyTo === null ? {} : { inReplyTo: entry.inReplyTo }),
    ...(entry.stream === 'streaming' ? { streaming: true } : {}),
    ...(entry.metadata === undefined ? {} : { metadata: entry.metadata }),
  };
}
