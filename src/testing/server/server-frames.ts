/** The frames of a mock server, in the words of the base family or of `chatsocket.v1`. */
import type { MockLog, MockLogEntry, MockLogEvent } from './mock-log.js';

export type Dialect = 'base' | 'chatsocket.v1';

/** An envelope before it is text. */
export interface ServerEnvelope {
  readonly type: string;
  readonly payload?: Readonly<Record<string, unknown>>;
}

/** What `connected` says in `chatsocket.v1`, beside who the user is. */
export const DEFAULT_HELLO = {
  protocol: 'chatsocket.v1',
  deduplicates: true,
  dedupWindowMs: 172_800_000,
  producerOrder: true,
  limits: { contentLengthMax: 5_000 },
} as const;

const BASE_HISTORY_MAX = 100;

/** An event as it is told to everyone, with the message as it is now; null where the message was cut off. */
export function eventFrame(dialect: Dialect, log: MockLog, event: MockLogEvent): ServerEnvelope | null {
  const place = dialect === 'base' ? {} : { epoch: log.epoch, seq: event.seq };
  if (event.type === 'read') {
    const { ids: messageIds, readBy } = event;
    return { type: 'messages_read', payload: { conversationId: log.conversationId, messageIds, readBy, ...place } };
  }
  const entry = log.find(event.id);
  const { conversationId } = log;
  // An edit of what is no more has nothing to show but that.
  if (event.type === 'deleted' || (event.type === 'updated' && entry?.isDeleted !== false)) {
    return { type: 'message_deleted', payload: { conversationId, id: event.id, ...place } };
  }
  if (entry === null) return null;
  const type = event.type === 'message' ? 'new_message' : 'message_updated';
  return { type, payload: { conversationId, message: toWireMessage(dialect, entry), ...place } };
}

/** The answer to `fetch_range`. */
export function rangeFrame(log: MockLog, from: number, to: number): ServerEnvelope {
  const { conversationId, epoch } = log;
  const { events, isComplete } = log.range(from, to);
  const frames = events.flatMap((event) => eventFrame('chatsocket.v1', log, event) ?? []);
  return { type: 'range', payload: { conversationId, epoch, events: frames, complete: isComplete } };
}

export function ackFrame(dialect: Dialect, entry: MockLogEntry, duplicate: boolean): ServerEnvelope {
  const messageId = entry.clientMessageId;
  const place = dialect === 'base' ? {} : { id: entry.id, seq: entry.seq, duplicate };
  return { type: 'ack', payload: { messageId, ...place } };
}

/** The answer to a join. */
export function historyFrame(dialect: Dialect, log: MockLog, join: JoinRequest): ServerEnvelope {
  const { conversationId } = join;
  if (dialect === 'base') {
    const shown = log.entries.filter(({ isDeleted }) => !isDeleted).slice(-BASE_HISTORY_MAX);
    const messages = shown.map((entry) => toWireMessage(dialect, entry));
    return { type: 'conversation_history', payload: { conversationId, messages } };
  }
  const { entries, recovered, hasOlder } = log.catchUp(join.after, join.limit);
  const messages = entries.map((entry) => toWireMessage(dialect, entry));
  const { epoch, latestSeq } = log;
  return {
    type: 'conversation_history',
    payload: { conversationId, messages, epoch, latestSeq, recovered, hasOlder },
  };
}

export interface JoinRequest {
  readonly conversationId: string;
  readonly after: { readonly epoch: string; readonly seq: number } | null;
  readonly limit: number;
}

export function historyPageFrame(conversationId: string, page: ReturnType<MockLog['page']>): ServerEnvelope {
  const messages = page.entries.map((entry) => toWireMessage('chatsocket.v1', entry));
  return { type: 'history_page', payload: { conversationId, messages, hasOlder: page.hasOlder } };
}

export function errorFrame(code: string, details: Readonly<Record<string, unknown>> = {}): ServerEnvelope {
  return { type: 'error', payload: { code, message: `The mock server says ${code}.`, ...details } };
}

function toWireMessage(dialect: Dialect, entry: MockLogEntry): Readonly<Record<string, unknown>> {
  const { id, conversationId, senderId, content } = entry;
  const timestamp = new Date(entry.createdAtMs).toISOString();
  const base = { id, conversationId, senderId, senderName: senderId, content, timestamp, read: entry.isRead };
  if (dialect === 'base') return base;
  return {
    ...base,
    seq: entry.seq,
    inReplyTo: entry.inReplyTo,
    streaming: entry.isStreaming,
    ...(entry.changedSeq === null ? {} : { changedSeq: entry.changedSeq }),
    ...(entry.isDeleted ? { deleted: true } : {}),
    ...(entry.clientMessageId === null ? {} : { clientMessageId: entry.clientMessageId }),
    ...(entry.role === null ? {} : { role: entry.role }),
    ...(entry.metadata === undefined ? {} : { metadata: entry.metadata }),
  };
}
