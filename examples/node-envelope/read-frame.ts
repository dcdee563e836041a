/** From the text of a frame to what it asks for, or to the words with which it is refused. */

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

export type ClientFrame = { readonly messageId: string | null } & (
  | { readonly type: 'ping' }
  | { readonly type: 'join_conversation'; readonly conversationId: string }
  | {
      readonly type: 'send_message';
      readonly receiverId: string;
      readonly content: string;
      readonly conversationId: string | null;
      readonly jobId: string | null;
    }
  | { readonly type: 'typing' | 'stop_typing'; readonly conversationId: string; readonly receiverId: string }
  | { readonly type: 'mark_read'; readonly conversationId: string; readonly messageIds: readonly string[] }
);

const CONTENT_LENGTH_MAX = 5_000;
const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i;

type Fields = Readonly<Record<string, unknown>>;

export function readFrame(text: string): ClientFrame | Refusal {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { code: 'PARSE_ERROR', message: 'Invalid message format' };
  }
  const envelope = toFields(parsed);
  if (envelope === null || typeof envelope['type'] !== 'string')
    return invalid('Message must be an object with a type');
  const messageId = typeof envelope['messageId'] === 'string' ? envelope['messageId'] : null;
  const { type } = envelope;
  if (type === 'ping') return { type, messageId };
  if (!(type in READERS) || !Object.hasOwn(READERS, type)) {
    return { code: 'UNKNOWN_TYPE', message: `Unknown message type: ${type.slice(0, 64)}` };
  }
  const payload = toFields(envelope['payload']);
  if (payload === null) return invalid('Payload is required');
  return READERS[type as keyof typeof READERS](payload, messageId);
}

const READERS = {
  join_conversation: ({ conversationId }: Fields, messageId: string | null): ClientFrame | Refusal =>
    isUuid(conversationId) ? { type: 'join_conversation', messageId, conversationId } : noUuid('conversationId'),

  send_message: (payload: Fields, messageId: string | null): ClientFrame | Refusal => {
    const { receiverId, conversationId = null, jobId = null } = payload;
    const content = typeof payload['content'] === 'string' ? payload['content'].trim() : '';
    if (!isUuid(receiverId)) return noUuid('receiverId');
    if (content === '') return invalid('Message content is required');
    if (content.length > CONTENT_LENGTH_MAX) return invalid(`Message too long (max ${CONTENT_LENGTH_MAX} characters)`);
    if (conversationId !== null && !isUuid(conversationId)) return noUuid('conversationId');
    if (jobId !== null && !isUuid(jobId)) return noUuid('jobId');
    return { type: 'send_message', messageId, receiverId, content, conversationId, jobId };
  },

  typing: (payload: Fields, messageId: string | null) => readTyping('typing', payload, messageId),
  stop_typing: (payload: Fields, messageId: string | null) => readTyping('stop_typing', payload, messageId),

  mark_read: ({ conversationId, messageIds }: Fields, messageId: string | null): ClientFrame | Refusal => {
    if (!isUuid(conversationId)) return noUuid('conversationId');
    if (!Array.isArray(messageIds) || messageIds.length === 0 || !messageIds.every(isUuid)) {
      return invalid('Invalid messageIds: must be a non-empty array of UUIDs');
    }
    return { type: 'mark_read', messageId, conversationId, messageIds };
  },
};

function readTyping(
  type: 'typing' | 'stop_typing',
  { conversationId, receiverId }: Fields,
  messageId: string | null,
): ClientFrame | Refusal {
  if (!isUuid(conversationId)) return noUuid('conversationId');
  return isUuid(receiverId) ? { type, messageId, conversationId, receiverId } : noUuid('receiverId');
}

function toFields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

function noUuid(field: string): Refusal {
  return invalid(`Invalid ${field}: must be a valid UUID`);
}

function invalid(message: string): Refusal {
  return { code: 'VALIDATION_ERROR', message };
}
