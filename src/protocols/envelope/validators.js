// Generated from schema.ts by scripts/compile-validators.ts. Do not edit.

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isArrayOf = (value, isItem) => Array.isArray(value) && value.every((item) => isItem(item));
// The key __proto__ is left unread, as zod does; nobody copies it.
const isRecordOf = (value, isItem) =>
  isObject(value) && Object.keys(value).every((key) => key === '__proto__' || isItem(value[key]));
const isString1To200 = (value) => typeof value === 'string' && value.length >= 1 && (value.length <= 200 || (value.length <= 400 && [...value].length <= 200));
const isInteger1ToAny = (value) => Number.isSafeInteger(value) && value >= 1;
const isMessage = (value) => isObject(value)
  && isString1To200(value.id)
  && isString1To200(value.conversationId)
  && isString1To200(value.senderId)
  && (value.senderName === undefined || typeof value.senderName === 'string')
  && typeof value.content === 'string'
  && typeof value.timestamp === 'string'
  && (value.read === undefined || typeof value.read === 'boolean')
  && (value.clientMessageId === undefined || isString1To200(value.clientMessageId))
  && (value.seq === undefined || isInteger1ToAny(value.seq))
  && (value.role === undefined || (value.role === 'assistant' || value.role === 'system'))
  && (value.inReplyTo === undefined || (isString1To200(value.inReplyTo) || value.inReplyTo === null))
  && (value.streaming === undefined || typeof value.streaming === 'boolean')
  && (value.changedSeq === undefined || isInteger1ToAny(value.changedSeq))
  && (value.deleted === undefined || typeof value.deleted === 'boolean');
const isNumber0ToAny = (value) => Number.isFinite(value) && value >= 0;
const isInteger0ToAny = (value) => Number.isSafeInteger(value) && value >= 0;
const isConnectedPayloadLimits = (value) => isObject(value)
  && (value.contentLengthMax === undefined || isInteger0ToAny(value.contentLengthMax))
  && (value.messagesPerSecond === undefined || isNumber0ToAny(value.messagesPerSecond));
const isConnectedPayloadHeartbeat = (value) => isObject(value)
  && isNumber0ToAny(value.intervalMs);
const isConnectedPayloadConversationsItem = (value) => isObject(value)
  && isString1To200(value.epoch)
  && isInteger0ToAny(value.latestSeq);
const isConnectedPayload = (value) => isObject(value)
  && isString1To200(value.userId)
  && (value.protocol === undefined || typeof value.protocol === 'string')
  && (value.sessionId === undefined || isString1To200(value.sessionId))
  && (value.expiresInMs === undefined || isNumber0ToAny(value.expiresInMs))
  && (value.deduplicates === undefined || typeof value.deduplicates === 'boolean')
  && (value.dedupWindowMs === undefined || isNumber0ToAny(value.dedupWindowMs))
  && (value.producerOrder === undefined || typeof value.producerOrder === 'boolean')
  && (value.limits === undefined || isConnectedPayloadLimits(value.limits))
  && (value.heartbeat === undefined || isConnectedPayloadHeartbeat(value.heartbeat))
  && (value.conversations === undefined || isRecordOf(value.conversations, isConnectedPayloadConversationsItem))
  && (value.batch === undefined || typeof value.batch === 'boolean');
const isConversationHistoryPayload = (value) => isObject(value)
  && isString1To200(value.conversationId)
  && isArrayOf(value.messages, isMessage)
  && (value.epoch === undefined || isString1To200(value.epoch))
  && (value.latestSeq === undefined || isInteger0ToAny(value.latestSeq))
  && (value.recovered === undefined || (value.recovered === 'full' || value.recovered === 'partial' || value.recovered === 'none'))
  && (value.hasOlder === undefined || typeof value.hasOlder === 'boolean');
const isNewMessagePayload = (value) => isObject(value)
  && isString1To200(value.conversationId)
  && isMessage(value.message)
  && (value.epoch === undefined || isString1To200(value.epoch))
  && (value.seq === undefined || isInteger1ToAny(value.seq));
const isMessageDeletedPayload = (value) => isObject(value)
  && isString1To200(value.conversationId)
  && isString1To200(value.id)
  && (value.epoch === undefined || isString1To200(value.epoch))
  && (value.seq === undefined || isInteger1ToAny(value.seq));
const isRangePayload = (value) => isObject(value)
  && isString1To200(value.conversationId)
  && (value.epoch === undefined || isString1To200(value.epoch))
  && isArrayOf(value.events, (value) => (isObject(value) && (value.type === 'new_message' || value.type === 'message_updated' || value.type === 'message_deleted' || value.type === 'messages_read') && isServerFrame(value)))
  && typeof value.complete === 'boolean';
const isAckPayload = (value) => isObject(value)
  && isString1To200(value.messageId)
  && (value.id === undefined || isString1To200(value.id))
  && (value.seq === undefined || isInteger1ToAny(value.seq))
  && (value.duplicate === undefined || typeof value.duplicate === 'boolean');
const isHistoryPagePayload = (value) => isObject(value)
  && isString1To200(value.conversationId)
  && isArrayOf(value.messages, isMessage)
  && typeof value.hasOlder === 'boolean';
const isUserTypingPayload = (value) => isObject(value)
  && isString1To200(value.conversationId)
  && isString1To200(value.userId);
const isMessagesReadPayload = (value) => isObject(value)
  && isString1To200(value.conversationId)
  && isArrayOf(value.messageIds, isString1To200)
  && isString1To200(value.readBy)
  && (value.epoch === undefined || isString1To200(value.epoch))
  && (value.seq === undefined || isInteger1ToAny(value.seq));
const isMessageStartPayload = (value) => isObject(value)
  && isString1To200(value.conversationId)
  && isString1To200(value.id)
  && (value.epoch === undefined || isString1To200(value.epoch))
  && (value.seq === undefined || isInteger1ToAny(value.seq))
  && (value.senderId === undefined || isString1To200(value.senderId))
  && (value.inReplyTo === undefined || (isString1To200(value.inReplyTo) || value.inReplyTo === null))
  && (value.timestamp === undefined || typeof value.timestamp === 'string');
const isMessageDeltaPayload = (value) => isObject(value)
  && isString1To200(value.id)
  && isInteger0ToAny(value.offset)
  && typeof value.text === 'string';
const isMessageEndPayload = (value) => isObject(value)
  && isString1To200(value.id)
  && isInteger0ToAny(value.length)
  && (value.status === 'done' || value.status === 'stopped' || value.status === 'failed');
const isMessageSnapshotPayload = (value) => isObject(value)
  && isString1To200(value.id)
  && typeof value.text === 'string';
const isPongPayload = (value) => isObject(value)
  && (value.latest === undefined || isRecordOf(value.latest, isInteger0ToAny));
const isTokenExpiringSoonPayload = (value) => isObject(value)
  && isNumber0ToAny(value.expiresInMs);
const isAuthenticatedPayload = (value) => isObject(value)
  && (value.expiresInMs === undefined || isNumber0ToAny(value.expiresInMs));
const isServerRestartingPayload = (value) => isObject(value)
  && isNumber0ToAny(value.retryAfterMs);
const isErrorPayload = (value) => isObject(value)
  && typeof value.code === 'string'
  && typeof value.message === 'string'
  && (value.messageId === undefined || isString1To200(value.messageId))
  && (value.retryAfterMs === undefined || isNumber0ToAny(value.retryAfterMs))
  && (value.expected === undefined || isInteger1ToAny(value.expected));

/** Null for a type that no frame has. */
function judge(frame) {
  if (!((frame.messageId === undefined || isString1To200(frame.messageId)) && (frame.timestamp === undefined || Number.isFinite(frame.timestamp)))) return false;
  switch (frame.type) {
    case 'connected':
      return isConnectedPayload(frame.payload);
    case 'conversation_history':
      return isConversationHistoryPayload(frame.payload);
    case 'new_message':
      return isNewMessagePayload(frame.payload);
    case 'message_updated':
      return isNewMessagePayload(frame.payload);
    case 'message_deleted':
      return isMessageDeletedPayload(frame.payload);
    case 'range':
      return isRangePayload(frame.payload);
    case 'ack':
      return isAckPayload(frame.payload);
    case 'history_page':
      return isHistoryPagePayload(frame.payload);
    case 'user_typing':
      return isUserTypingPayload(frame.payload);
    case 'user_stop_typing':
      return isUserTypingPayload(frame.payload);
    case 'messages_read':
      return isMessagesReadPayload(frame.payload);
    case 'message_start':
      return isMessageStartPayload(frame.payload);
    case 'message_delta':
      return isMessageDeltaPayload(frame.payload);
    case 'message_end':
      return isMessageEndPayload(frame.payload);
    case 'message_snapshot':
      return isMessageSnapshotPayload(frame.payload);
    case 'pong':
      return (frame.payload === undefined || (isPongPayload(frame.payload) || frame.payload === null));
    case 'token_expiring_soon':
      return isTokenExpiringSoonPayload(frame.payload);
    case 'authenticated':
      return isAuthenticatedPayload(frame.payload);
    case 'server_restarting':
      return isServerRestartingPayload(frame.payload);
    case 'error':
      return isErrorPayload(frame.payload);
    default:
      return null;
  }
}

export const isServerFrame = (frame) => judge(frame) === true;
export const isServerFrameType = (type) => judge({ type }) !== null;
