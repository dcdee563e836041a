/** The frames of a mock server, in the words of the base family or of `chatsocket.v1`. */
import type { MockLog, MockLogEntry } from './mock-log.js';

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

export function newMessageFrame(dialect: Dialect, log: MockLog, entry: MockLogEntry): ServerEnvelope {
  const place = dialect === 'base' ? {} : { epoch: log.epoch, seq: entry.seq };
  const { conversationId } = entry;
  return { type: 'new_message', payload: { conversationId, message: toWireMessage(dialect, entry), ...place } };
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
    const messages = log.entries.slice(-BASE_HISTORY_MAX).map((entry) => toWireMessage(dialect, entry));
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
  const base = { id, conversationId, senderId, senderName: senderId, content, timestamp, read: false };
  if (dialect === 'base') return base;
  return {
    ...base,
    seq: entry.seq,
    inReplyTo: entry.inReplyTo,
    streaming: entry.isStreaming,
    ...(entry.clientMessageId === null ? {} : { clientMessageId: entry.clientMessageId }),
    ...(entry.role === null ? {} : { role: entry.role }),
    ...(entry.metadata === undefined ? {} : { metadata: entry.metadata }),
  };
}
