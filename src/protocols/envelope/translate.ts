/**
 * From the wire's words to ours. Everything is copied field by field, and what is keyed by the server's ids goes into
 * a Map, so no key from the wire ever reaches an object of ours.
 */
import type { InboundFrame, LogFrame, RefusalVerdict, WireMessage } from '../../core/frame.js';
import { deleteUnsafeKeys } from '../unsafe-keys.js';
import { readTimeMs } from '../wire-time.js';
import { EXTENSION } from './extension.js';
import type { MessageOnWire, ServerFrame } from './validators.js';

type Frame<Type extends ServerFrame['type']> = Extract<ServerFrame, { type: Type }>;
/** Events with a place in the log. */
type LogType = 'new_message' | 'message_updated' | 'message_deleted' | 'messages_read';
type Payload<Type extends ServerFrame['type']> = Frame<Type>['payload'];

/** What a valid frame says; null where it contradicts itself, by naming two conversations. */
export function translate(frame: ServerFrame): InboundFrame | null {
  switch (frame.type) {
    case 'connected':
      return readHello(frame.payload);
    case 'conversation_history':
      return readHistory(frame);
    case 'new_message':
    case 'message_updated':
    case 'message_deleted':
    case 'messages_read':
      return readLogFrame(frame);
    case 'range':
      return readRange(frame.payload);
    case 'ack':
      return readAck(frame.payload);
    case 'history_page':
      return readHistoryPage(frame);
    case 'user_typing':
      return readTyping(frame.payload, true);
    case 'user_stop_typing':
      return readTyping(frame.payload, false);
    case 'message_start':
      return readStreamStart(frame);
    case 'message_delta':
      return { type: 'stream-delta', id: frame.payload.id, offset: frame.payload.offset, text: frame.payload.text };
    case 'message_end':
      return { type: 'stream-end', id: frame.payload.id, length: frame.payload.length, status: frame.payload.status };
    case 'message_snapshot':
      return { type: 'stream-snapshot', id: frame.payload.id, text: frame.payload.text };
    case 'pong':
      return { type: 'pong', latest: readLatest(frame.payload?.latest) };
    case 'token_expiring_soon':
      return { type: 'token-expiring', expiresInMs: frame.payload.expiresInMs };
    case 'authenticated':
      return { type: 'token-renewed', expiresInMs: frame.payload.expiresInMs ?? null };
    case 'server_restarting':
      return { type: 'server-restarting', retryAfterMs: frame.payload.retryAfterMs };
    case 'error':
      return readRefusal(frame);
  }
}

/** A server that does not declare the extension is held to the base alone, whatever else it announces. */
function readHello(payload: Payload<'connected'>): InboundFrame {
  const extended = payload.protocol === EXTENSION;
  const announced: Partial<Payload<'connected'>> = extended ? payload : {};
  return {
    type: 'hello',
    userId: payload.userId,
    sessionId: announced.sessionId ?? null,
    expiresInMs: announced.expiresInMs ?? null,
    terms: {
      extended,
      deduplicates: announced.deduplicates ?? false,
      producerOrder: announced.producerOrder ?? false,
      dedupWindowMs: readLimit(announced.dedupWindowMs),
      sequence: extended,
      ranges: extended,
      inBandToken: extended,
      batch: announced.batch ?? false,
      contentLengthMax: readLimit(announced.limits?.contentLengthMax),
      messagesPerSecond: readLimit(announced.limits?.messagesPerSecond),
      heartbeatIntervalMs: readLimit(announced.heartbeat?.intervalMs),
    },
  };
}

/** A limit of 0 would stop the client for ever, so it counts as not announced. */
function readLimit(limit: number | undefined): number | null {
  return limit || null;
}

function readHistory(frame: Frame<'conversation_history'>): InboundFrame {
  const { conversationId, epoch, latestSeq, recovered, hasOlder } = frame.payload;
  return {
    type: 'joined',
    conversationId,
    messages: readMessages(frame),
    epoch: epoch ?? null,
    latestSeq: latestSeq ?? null,
    recovered: recovered ?? null,
    hasOlder: hasOlder ?? false,
  };
}

function readHistoryPage(frame: Frame<'history_page'>): InboundFrame {
  const { conversationId, hasOlder } = frame.payload;
  return { type: 'history-page', conversationId, messages: readMessages(frame), hasOlder };
}

/** A page keeps only messages of its own conversation: no server's mistake puts one into another's history. */
function readMessages({ payload, timestamp }: Frame<'conversation_history' | 'history_page'>): WireMessage[] {
  return payload.messages
    .filter((message) => message.conversationId === payload.conversationId)
    .map((message) => readWireMessage(message, message.seq, timestamp));
}

/** Null where it names two conversations. */
function readLogFrame(frame: Frame<LogType>): LogFrame | null {
  const { conversationId } = frame.payload;
  const place = { conversationId, epoch: frame.payload.epoch ?? null, seq: frame.payload.seq ?? null };
  switch (frame.type) {
    case 'new_message':
    case 'message_updated': {
      const { message, seq } = frame.payload;
      if (message.conversationId !== conversationId) return null;
      if (frame.type === 'message_updated') {
        return { type: 'message-updated', ...place, message: readWireMessage(message, message.seq, frame.timestamp) };
      }
      const { epoch } = place;
      return {
        type: 'message',
        conversationId,
        epoch,
        message: readWireMessage(message, seq ?? message.seq, frame.timestamp),
      };
    }
    case 'message_deleted':
      return { type: 'message-deleted', ...place, id: frame.payload.id };
    case 'messages_read':
      return { type: 'read', ...place, messageIds: frame.payload.messageIds, readBy: frame.payload.readBy };
  }
}

/** An event of another conversation is left out, so the range has a hole there, which the inbox sees. */
function readRange({ conversationId, epoch, events, complete }: Payload<'range'>): InboundFrame {
  return {
    type: 'range',
    conversationId,
    epoch: epoch ?? null,
    events: events.flatMap((event) =>
      event.payload.conversationId === conversationId ? (readLogFrame(event) ?? []) : [],
    ),
    isComplete: complete,
  };
}

function readWireMessage(
  message: MessageOnWire,
  seq: number | undefined,
  envelopeTimestamp: number | undefined,
): WireMessage {
  deleteUnsafeKeys(message.metadata);
  return {
    id: message.id,
    clientMessageId: message.clientMessageId ?? null,
    conversationId: message.conversationId,
    senderId: message.senderId,
    senderRole: message.role ?? null,
    content: message.content,
    createdAtMs: readTimeMs(message.timestamp, envelopeTimestamp),
    seq: seq ?? null,
    inReplyTo: message.inReplyTo ?? null,
    streaming: message.streaming ?? false,
    changedSeq: message.changedSeq ?? null,
    deleted: message.deleted ?? false,
    isRead: message.read ?? false,
    metadata: message.metadata ?? null,
  };
}

function readAck({ messageId, id, seq, duplicate }: Payload<'ack'>): InboundFrame {
  return { type: 'ack', clientMessageId: messageId, id: id ?? null, seq: seq ?? null, duplicate: duplicate ?? false };
}

function readTyping({ conversationId, userId }: Payload<'user_typing'>, isTyping: boolean): InboundFrame {
  return { type: 'typing', conversationId, userId, isTyping };
}

function readStreamStart({ payload, timestamp }: Frame<'message_start'>): InboundFrame {
  return {
    type: 'stream-start',
    conversationId: payload.conversationId,
    id: payload.id,
    epoch: payload.epoch ?? null,
    seq: payload.seq ?? null,
    senderId: payload.senderId ?? null,
    inReplyTo: payload.inReplyTo ?? null,
    createdAtMs: readTimeMs(payload.timestamp, timestamp),
  };
}

/** Leaves `__proto__` out: the validator does not look at it, so its value may be anything. */
function readLatest(latest: Readonly<Record<string, number>> | undefined): Map<string, number> | null {
  if (latest === undefined) return null;
  const heads = new Map(Object.entries(latest));
  heads.delete('__proto__');
  return heads;
}

function readRefusal({ payload, messageId }: Frame<'error'>): InboundFrame {
  const clientMessageId = payload.messageId ?? messageId ?? null;
  return {
    type: 'refused',
    code: payload.code.slice(0, CODE_LENGTH_MAX),
    reason: payload.message.slice(0, REASON_LENGTH_MAX),
    verdict: readVerdict(payload.code, clientMessageId),
    clientMessageId,
    retryAfterMs: payload.retryAfterMs ?? null,
  };
}

const CODE_LENGTH_MAX = 64;
const REASON_LENGTH_MAX = 500;

/** Codes that nobody has told us of are final: a retry that nobody asked for could go on for ever. */
function readVerdict(code: string, clientMessageId: string | null): RefusalVerdict {
  switch (code) {
    case 'NO_TOKEN':
    case 'INVALID_TOKEN':
      return 'token';
    case 'USER_NOT_FOUND':
      // Said of the caller before a clean close, and of a message's receiver; the latter is no fault of the token.
      return clientMessageId === null ? 'token' : 'final';
    case 'RATE_LIMIT':
      return 'pause';
    case 'FETCH_ERROR':
    case 'SEND_ERROR':
    case 'INTERNAL_ERROR':
    case 'OUT_OF_ORDER':
      return 'retry';
    default:
      return 'final';
  }
}
