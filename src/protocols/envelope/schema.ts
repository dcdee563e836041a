/**
 * The wire of `envelopeProtocol`, as zod schemas: the base family and the `chatsocket.v1` extension.
 * Servers and tests use these; the client runs validators compiled from them ahead of time.
 */
import { z } from 'zod';

const id = textOf(1, 200);
const seq = z.int().min(1);
const count = z.int().min(0);
/** UTF-16 code units into a stream's text. */
const offset = z.int().min(0);
const durationMs = z.number().min(0);

/**
 * A text within these lengths, in code points. Not `.min().max()`, in `listOf` neither: zod 4.6 compares the `length` of
 * whatever stands in the text's place, and throws out of `safeParse` for `{ length: { toString: null } }`, which any
 * peer can send.
 */
function textOf(lengthMin: number, lengthMax: number) {
  const when = ({ value }: { readonly value: unknown }) => typeof value === 'string';
  return z
    .string()
    .check(
      new z.core.$ZodCheckMinLength({ check: 'min_length', minimum: lengthMin, when }),
      new z.core.$ZodCheckMaxLength({ check: 'max_length', maximum: lengthMax, when }),
    );
}

/** A list up to this length. */
function listOf<Item extends z.ZodType>(item: Item, lengthMax: number) {
  const when = ({ value }: { readonly value: unknown }) => Array.isArray(value);
  return z.array(item).check(new z.core.$ZodCheckMaxLength({ check: 'max_length', maximum: lengthMax, when }));
}

/** `seq` counts 1, 2, 3 … within `epoch`. */
const cursorSchema = z.object({ epoch: id, seq: count });

/** A message in a conversation. From `clientMessageId` on, the fields are `chatsocket.v1`. */
export const messageSchema = z.object({
  id,
  conversationId: id,
  senderId: id,
  senderName: z.string().optional(),
  content: z.string(),
  /** ISO 8601. */
  timestamp: z.string(),
  read: z.boolean().optional(),
  /** The sender's own id of the message, told to everyone so that the sender's other windows know it too. */
  clientMessageId: id.optional(),
  seq: seq.optional(),
  role: z.enum(['assistant', 'system']).optional(),
  inReplyTo: id.nullable().optional(),
  /** An answer still in the making; `content` is what there is so far. */
  streaming: z.boolean().optional(),
  /** The `seq` of the last change, for a message that was edited, deleted or read after it was sent. */
  changedSeq: seq.optional(),
  /** A tombstone: it keeps its place, and its `content` is empty. */
  deleted: z.boolean().optional(),
  metadata: z.unknown().optional(),
});

const messageIdField = { messageId: id.optional() };
const timestampField = { timestamp: z.number().optional() };

function serverFrame<const Type extends string, Payload extends z.ZodType>(type: Type, payload: Payload) {
  return z.object({ type: z.literal(type), ...messageIdField, ...timestampField, payload });
}

/** What `connected` adds when the server speaks `chatsocket.v1`. */
const connectedPayload = z.object({
  userId: id,
  protocol: z.string().optional(),
  sessionId: id.optional(),
  expiresInMs: durationMs.optional(),
  deduplicates: z.boolean().optional(),
  dedupWindowMs: durationMs.optional(),
  producerOrder: z.boolean().optional(),
  limits: z.object({ contentLengthMax: count.optional(), messagesPerSecond: z.number().min(0).optional() }).optional(),
  heartbeat: z.object({ intervalMs: durationMs }).optional(),
  conversations: z.record(z.string(), z.object({ epoch: id, latestSeq: count })).optional(),
  /** A text may be an array of frames, both ways; one from the client has at most 32 and is no longer than one message may be. */
  batch: z.boolean().optional(),
});

/** Every durable event has a place in the conversation's log: `epoch` and `seq`. */
const placeFields = { epoch: id.optional(), seq: seq.optional() };

const logFrameSchemas = {
  new_message: serverFrame('new_message', z.object({ conversationId: id, message: messageSchema, ...placeFields })),
  /** `message` is what it has become; its own `seq` stays where it was. */
  message_updated: serverFrame(
    'message_updated',
    z.object({ conversationId: id, message: messageSchema, ...placeFields }),
  ),
  message_deleted: serverFrame('message_deleted', z.object({ conversationId: id, id, ...placeFields })),
  messages_read: serverFrame(
    'messages_read',
    z.object({ conversationId: id, messageIds: z.array(id), readBy: id, ...placeFields }),
  ),
} as const;

export const serverFrameSchemas = {
  ...logFrameSchemas,
  connected: serverFrame('connected', connectedPayload),
  conversation_history: serverFrame(
    'conversation_history',
    z.object({
      conversationId: id,
      messages: z.array(messageSchema),
      epoch: id.optional(),
      latestSeq: count.optional(),
      recovered: z.enum(['full', 'partial', 'none']).optional(),
      hasOlder: z.boolean().optional(),
    }),
  ),
  ack: serverFrame(
    'ack',
    z.object({ messageId: id, id: id.optional(), seq: seq.optional(), duplicate: z.boolean().optional() }),
  ),
  history_page: serverFrame(
    'history_page',
    z.object({ conversationId: id, messages: z.array(messageSchema), hasOlder: z.boolean() }),
  ),
  /**
   * The answer to `fetch_range`: whole events, oldest first, without holes between them. It may end ahead of `to`, for
   * a server bounds it: ask again from behind the last event. `complete` says that it begins at `from`; without events,
   * that nothing is there yet. Not `complete`: everything from `from` up to the first event given, or up to `to` where
   * none is given, is gone for good. A message comes as it is now, a tombstone or an answer in the making too.
   */
  range: serverFrame(
    'range',
    z.object({
      conversationId: id,
      epoch: id.optional(),
      events: z.array(
        z.discriminatedUnion('type', [
          logFrameSchemas.new_message,
          logFrameSchemas.message_updated,
          logFrameSchemas.message_deleted,
          logFrameSchemas.messages_read,
        ]),
      ),
      complete: z.boolean(),
    }),
  ),
  user_typing: serverFrame('user_typing', z.object({ conversationId: id, userId: id })),
  user_stop_typing: serverFrame('user_stop_typing', z.object({ conversationId: id, userId: id })),
  message_start: serverFrame(
    'message_start',
    z.object({
      conversationId: id,
      id,
      epoch: id.optional(),
      seq: seq.optional(),
      senderId: id.optional(),
      inReplyTo: id.nullable().optional(),
      timestamp: z.string().optional(),
    }),
  ),
  message_delta: serverFrame('message_delta', z.object({ id, offset, text: z.string() })),
  message_end: serverFrame(
    'message_end',
    z.object({ id, length: offset, status: z.enum(['done', 'stopped', 'failed']) }),
  ),
  message_snapshot: serverFrame('message_snapshot', z.object({ id, text: z.string() })),
  pong: z.object({
    type: z.literal('pong'),
    ...messageIdField,
    ...timestampField,
    payload: z.object({ latest: z.record(z.string(), count).optional() }).nullish(),
  }),
  token_expiring_soon: serverFrame('token_expiring_soon', z.object({ expiresInMs: durationMs })),
  authenticated: serverFrame('authenticated', z.object({ expiresInMs: durationMs.optional() })),
  server_restarting: serverFrame('server_restarting', z.object({ retryAfterMs: durationMs })),
  error: serverFrame(
    'error',
    z.object({
      code: z.string(),
      message: z.string(),
      messageId: id.optional(),
      retryAfterMs: durationMs.optional(),
      expected: seq.optional(),
    }),
  ),
} as const;

/** Every frame that a server sends, told apart by `type`. */
export const serverFrameSchema = z.discriminatedUnion('type', [
  serverFrameSchemas.connected,
  serverFrameSchemas.conversation_history,
  serverFrameSchemas.new_message,
  serverFrameSchemas.message_updated,
  serverFrameSchemas.message_deleted,
  serverFrameSchemas.range,
  serverFrameSchemas.ack,
  serverFrameSchemas.history_page,
  serverFrameSchemas.user_typing,
  serverFrameSchemas.user_stop_typing,
  serverFrameSchemas.messages_read,
  serverFrameSchemas.message_start,
  serverFrameSchemas.message_delta,
  serverFrameSchemas.message_end,
  serverFrameSchemas.message_snapshot,
  serverFrameSchemas.pong,
  serverFrameSchemas.token_expiring_soon,
  serverFrameSchemas.authenticated,
  serverFrameSchemas.server_restarting,
  serverFrameSchemas.error,
]);

export type ServerFrame = z.infer<typeof serverFrameSchema>;
export type MessageOnWire = z.infer<typeof messageSchema>;

function clientFrame<const Type extends string, Payload extends z.ZodType>(type: Type, payload: Payload) {
  return z.object({ type: z.literal(type), ...messageIdField, ...timestampField, payload });
}

/** `producer.seq` counts one connection's messages in one conversation from 1. */
const producer = z.object({ id, seq });

const clientFrameSchemas = {
  ping: z.object({
    type: z.literal('ping'),
    ...messageIdField,
    ...timestampField,
    payload: z.unknown().optional(),
  }),
  join_conversation: clientFrame(
    'join_conversation',
    z.object({
      conversationId: id,
      after: cursorSchema.nullable().optional(),
      streams: listOf(z.object({ messageId: id, offset }), 64).optional(),
      limit: z.int().min(1).max(1_000).optional(),
    }),
  ),
  send_message: clientFrame(
    'send_message',
    z.object({
      conversationId: id.optional(),
      content: z.string(),
      receiverId: id.optional(),
      jobId: id.optional(),
      inReplyTo: id.optional(),
      metadata: z.unknown().optional(),
      producer: producer.optional(),
    }),
  ),
  typing: clientFrame('typing', z.object({ conversationId: id, receiverId: id.optional() })),
  stop_typing: clientFrame('stop_typing', z.object({ conversationId: id, receiverId: id.optional() })),
  mark_read: clientFrame('mark_read', z.object({ conversationId: id, messageIds: listOf(id, 1_000) })),
  load_history: clientFrame(
    'load_history',
    z.object({ conversationId: id, before: seq.nullable().optional(), limit: z.int().min(1).max(1_000) }),
  ),
  fetch_range: clientFrame('fetch_range', z.object({ conversationId: id, from: seq, to: seq })),
  cancel_stream: clientFrame('cancel_stream', z.object({ messageId: id, conversationId: id.optional() })),
  authenticate: clientFrame('authenticate', z.object({ token: textOf(1, 8_192) })),
} as const;

/** Every frame that a client sends, told apart by `type`. */
export const clientFrameSchema = z.discriminatedUnion('type', [
  clientFrameSchemas.ping,
  clientFrameSchemas.join_conversation,
  clientFrameSchemas.send_message,
  clientFrameSchemas.typing,
  clientFrameSchemas.stop_typing,
  clientFrameSchemas.mark_read,
  clientFrameSchemas.load_history,
  clientFrameSchemas.fetch_range,
  clientFrameSchemas.cancel_stream,
  clientFrameSchemas.authenticate,
]);

export type ClientFrame = z.infer<typeof clientFrameSchema>;
