import type { OutboundFrame, ServerTerms } from '../../core/frame.js';

/**
 * What a message carries beside its text on servers of the base family, where a conversation is two people.
 *
 * @example
 * const fields: SendFields = { receiverId: '22222222-2222-4222-8222-222222222222' };
 */
export interface SendFields {
  /** The other person. Base servers want it with every message and every typing signal. */
  readonly receiverId?: string | undefined;
  /** What the message is about, where there is no conversation yet. */
  readonly jobId?: string | undefined;
}

/** What the protocol's options decide about writing. */
export interface Writing {
  readonly sendFields: (conversationId: string) => SendFields;
  /** The token goes out before the server has said anything about itself. */
  readonly tokenInFirstFrame: boolean;
}

/** The wire's own bounds on lists and pages. */
const STREAMS_MAX = 64;
const MESSAGE_IDS_MAX = 1_000;
const LIMIT_MAX = 1_000;

type Send = Extract<OutboundFrame, { type: 'send' }>;
type Join = Extract<OutboundFrame, { type: 'join' }>;
type Typing = Extract<OutboundFrame, { type: 'typing' }>;

/** An envelope before it is text; what is undefined does not appear in it. */
interface Envelope {
  readonly type: string;
  readonly messageId?: string;
  readonly timestamp?: number;
  readonly payload?: Readonly<Record<string, unknown>>;
}

/** Writes one frame; null where the server's terms have no words for it. */
export function encode(frame: OutboundFrame, terms: ServerTerms, writing: Writing): string | null {
  if (frame.type === 'send') return writeSend(frame, terms, writing);
  const envelope = toEnvelope(frame, terms, writing);
  return envelope === null ? null : JSON.stringify(envelope);
}

function toEnvelope(frame: Exclude<OutboundFrame, Send>, terms: ServerTerms, writing: Writing): Envelope | null {
  switch (frame.type) {
    case 'ping':
      return { type: 'ping' };
    case 'join':
      return toJoin(frame, terms);
    case 'typing':
      return toTyping(frame, terms, writing);
    case 'mark-read': {
      const { conversationId } = frame;
      const messageIds = frame.messageIds.slice(-MESSAGE_IDS_MAX);
      if (messageIds.length === 0) return null;
      // Without a name of its own no server acks it.
      return { type: 'mark_read', messageId: conversationId, payload: { conversationId, messageIds } };
    }
    case 'load-history': {
      if (!terms.extended) return null;
      const { conversationId, before, limit } = frame;
      return {
        type: 'load_history',
        messageId: conversationId,
        payload: { conversationId, before, limit: Math.min(limit, LIMIT_MAX) },
      };
    }
    case 'fetch-range': {
      if (!terms.ranges) return null;
      const { conversationId, from, to } = frame;
      return { type: 'fetch_range', messageId: conversationId, payload: { conversationId, from, to } };
    }
    case 'cancel-stream': {
      if (!terms.extended) return null;
      const { conversationId, messageId } = frame;
      // By its conversation, a refusal would be taken for that of a join.
      return { type: 'cancel_stream', messageId, payload: { conversationId, messageId } };
    }
    case 'authenticate':
      if (!terms.inBandToken && !writing.tokenInFirstFrame) return null;
      return { type: 'authenticate', payload: { token: frame.token } };
  }
}

/** Named by its conversation, so that a refusal tells which join it answers. */
function toJoin({ conversationId, after, streams, limit }: Join, terms: ServerTerms): Envelope {
  return {
    type: 'join_conversation',
    messageId: conversationId,
    payload: {
      conversationId,
      ...(terms.extended && {
        after: after && { epoch: after.epoch, seq: after.seq },
        streams: streams.slice(-STREAMS_MAX).map(({ messageId, offset }) => ({ messageId, offset })),
        limit: Math.min(limit, LIMIT_MAX),
      }),
    },
  };
}

/** By hand: no other frame leaves as often, and `JSON.stringify` takes twice as long for the whole of it. */
function writeSend(frame: Send, { extended, producerOrder }: ServerTerms, { sendFields }: Writing): string {
  const { clientMessageId, conversationId, content, metadata, inReplyTo, producer, sentAtMs } = frame;
  const fixed = sendFields(conversationId);
  const extra = extended && metadata !== null ? JSON.stringify(metadata) : undefined;
  const fields =
    // A message with a jobId opens its conversation, which has no id before that.
    writeField(',"conversationId":"', conversationId) +
    writeField(',"receiverId":"', readText(metadata, 'receiverId') ?? readText(fixed, 'receiverId')) +
    writeField(',"jobId":"', readText(metadata, 'jobId') ?? readText(fixed, 'jobId')) +
    writeField(',"inReplyTo":"', extended ? inReplyTo : null) +
    (extra === undefined ? '' : `,"metadata":${extra}`) +
    (producerOrder ? `,"producer":{"id":"${escapeText(producer.id)}","seq":${producer.seq}}` : '');
  const head = `{"type":"send_message","messageId":"${escapeText(clientMessageId)}","timestamp":${sentAtMs},"payload":`;
  return `${head}{"content":"${escapeText(content)}"${fields}}}`;
}

/** A field without a text does not appear. `head`: the comma before it, its name, and what opens the text. */
function writeField(head: string, text: string | null | undefined): string {
  return text ? `${head}${escapeText(text)}"` : '';
}

/** ASCII without quotation marks, backslashes and what is not seen. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** As it stands between quotation marks. */
function escapeText(text: string): string {
  return PLAIN.test(text) ? text : JSON.stringify(text).slice(1, -1);
}

/** Base servers refuse a typing signal without its receiver, and every refusal counts against the rate limit. */
function toTyping({ conversationId, isTyping }: Typing, terms: ServerTerms, { sendFields }: Writing): Envelope | null {
  const receiverId = readText(sendFields(conversationId), 'receiverId');
  if (receiverId === undefined && !terms.extended) return null;
  return { type: isTyping ? 'typing' : 'stop_typing', payload: { conversationId, receiverId } };
}

/** An own, non-empty text field of whatever the application handed in. */
function readText(source: unknown, key: keyof SendFields): string | undefined {
  if (typeof source !== 'object' || source === null || !Object.hasOwn(source, key)) return undefined;
  const value: unknown = Reflect.get(source, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
