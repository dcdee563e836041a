/** Which part of a log a join, a page or a range shows, and how an entry looks on the wire. */

import type { EnvelopeMessage, EnvelopeServerFrame } from 'chatsocket/schemas';
import type { Conversation } from './conversation.js';
import { type LogEntry, type MessageEntry, seqsChangedBy } from './records.js';

/** An event with a place in the log, as clients are told it. */
export type LogEvent = Extract<EnvelopeServerFrame, { type: 'range' }>['payload']['events'][number];

export interface Span {
  /** Exclusive at both ends. */
  readonly after: number;
  readonly before: number;
}

export interface SpanLimit {
  readonly count: number;
  /** Of the JSON that is written. */
  readonly bytesMax: number;
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
  let bytes = 0;
  for (let seq = last; seq > span.after; seq -= 1) {
    const entry = conversation.entryAt(seq);
    if (entry === null) return { messages: messages.reverse(), isComplete: false };
    if (entry.kind !== 'message') continue;
    bytes += bytesOf(conversation.id, entry);
    // One message is always given, however long, so that paging gets on.
    if (messages.length > 0 && (messages.length >= limit.count || bytes > limit.bytesMax)) {
      return { messages: messages.reverse(), isComplete: false };
    }
    messages.push(entry);
  }
  return { messages: messages.reverse(), isComplete: true };
}

/**
 * All that came after a place, and what was changed of the messages up to it. Walks back from the head, so where a
 * limit or the edge of memory ends it, nothing is missing behind the oldest message that came after. The newest is
 * always given, however long.
 */
export function newsSince(conversation: Conversation, after: number, limit: SpanLimit): Excerpt {
  const news = new Map<number, MessageEntry>();
  let bytes = 0;
  for (let seq = conversation.headSeq; seq > after; seq -= 1) {
    const entry = conversation.entryAt(seq);
    const touched = entry === null ? null : touchedBy(conversation, entry, after);
    const fresh = touched?.filter((message) => !news.has(message.seq)) ?? [];
    bytes += fresh.reduce((sum, message) => sum + bytesOf(conversation.id, message), 0);
    const isTooLong = bytes > limit.bytesMax && news.size + fresh.length > 1;
    if (touched === null || news.size + fresh.length > limit.count || isTooLong) {
      return { messages: inOrder(news), isComplete: false };
    }
    for (const message of fresh) news.set(message.seq, message);
  }
  return { messages: inOrder(news), isComplete: true };
}

/** The message that an entry is, or those up to `after` that it changed; null where memory no longer has one of them. */
function touchedBy(conversation: Conversation, entry: LogEntry, after: number): readonly MessageEntry[] | null {
  if (entry.kind === 'message') return [entry];
  const messages = seqsChangedBy(entry).flatMap((seq) => (seq > after ? [] : [conversation.messageAt(seq)]));
  return messages.every((message) => message !== null) ? messages : null;
}

function inOrder(messages: ReadonlyMap<number, MessageEntry>): readonly MessageEntry[] {
  return [...messages.values()].sort((one, other) => one.seq - other.seq);
}

/** The oldest events within the limit, without a hole between them; one is always given. */
export function oldestWithin(events: readonly LogEvent[], { count, bytesMax }: SpanLimit): readonly LogEvent[] {
  let bytes = 0;
  const end = events.findIndex((event, index) => {
    bytes += jsonBytesOf(event);
    const isNext = index === 0 || event.payload.seq === (events[index - 1]?.payload.seq ?? 0) + 1;
    return index > 0 && (index >= count || bytes > bytesMax || !isNext);
  });
  return end === -1 ? events : events.slice(0, end);
}

/** Cuts what a store has read down to the limit, from its old end. */
export function fitBytes(
  conversationId: string,
  entries: readonly LogEntry[],
  bytesMax: number,
): readonly MessageEntry[] {
  const messages = entries.filter((entry) => entry.kind === 'message');
  let bytes = 0;
  let start = messages.length;
  for (const message of messages.toReversed()) {
    bytes += bytesOf(conversationId, message);
    if (bytes > bytesMax && start < messages.length) break;
    start -= 1;
  }
  return messages.slice(start);
}

/** Whether any message lies before `seq`. What has left memory counts as messages; what is gone for good does not. */
export function hasMessageBefore(conversation: Conversation, seq: number): boolean {
  if (conversation.firstSeq > conversation.oldestSeq) return seq > conversation.oldestSeq;
  for (let earlier = Math.min(seq - 1, conversation.headSeq); earlier >= conversation.oldestSeq; earlier -= 1) {
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
    ...(entry.changedSeq === null ? {} : { changedSeq: entry.changedSeq }),
    ...(entry.deleted ? { deleted: true } : {}),
    ...(entry.metadata === undefined ? {} : { metadata: entry.metadata }),
  };
}

/** An entry as it is told to everyone. `target` is the message that an edit changed, as it is now. */
export function eventOf(conversation: Conversation, entry: LogEntry, target: MessageEntry | null): LogEvent {
  const { id: conversationId, epoch } = conversation;
  const place = { conversationId, epoch, seq: entry.seq };
  if (entry.kind === 'message') {
    return { type: 'new_message', payload: { ...place, message: onWire(conversationId, entry) } };
  }
  if (entry.kind === 'read') {
    const { messageIds, readBy } = entry;
    return { type: 'messages_read', payload: { ...place, messageIds: [...messageIds], readBy } };
  }
  // An edit of what is no more has nothing to show but that.
  if (entry.kind === 'deleted' || target === null) {
    return { type: 'message_deleted', payload: { ...place, id: entry.messageId } };
  }
  return { type: 'message_updated', payload: { ...place, message: onWire(conversationId, target) } };
}

/** Entries never change, and a hundred clients may ask for the same one. */
const knownBytes = new WeakMap<MessageEntry, number>();

function bytesOf(conversationId: string, entry: MessageEntry): number {
  const known = knownBytes.get(entry);
  if (known !== undefined) return known;
  const bytes = jsonBytesOf(onWire(conversationId, entry));
  knownBytes.set(entry, bytes);
  return bytes;
}

function jsonBytesOf(value: EnvelopeMessage | LogEvent): number {
  return Buffer.byteLength(JSON.stringify(value));
}
