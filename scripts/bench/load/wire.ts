/**
 * What a server says in the benches that measure the client alone: `chatsocket.v1`, the same without a log, so that a
 * sender hears nothing but acks, and the base without numbers.
 */

export const CONVERSATION = 'bench';

const EPOCH = 'bench-epoch';

const READER = 'reader';

const STARTED_AT_MS = Date.UTC(2026, 0, 1);

/** About as long as what people write. */
const CONTENT = 'See you at the station at ten past six, platform four, and bring the blue umbrella.';

export type Dialect = 'base' | 'chatsocket.v1' | 'acks-alone';

/** `batch`: whether the server takes several frames in one text, as the reference server does. */
export function helloText(dialect: Dialect = 'chatsocket.v1', batch = true): string {
  const extension = { protocol: 'chatsocket.v1', deduplicates: true, producerOrder: true, batch };
  return JSON.stringify({
    type: 'connected',
    payload: { userId: READER, ...(dialect === 'base' ? {} : extension) },
    timestamp: STARTED_AT_MS,
  });
}

/** The answer to a join: nothing was said yet. */
function joinedText(conversationId: string, dialect: Dialect = 'chatsocket.v1'): string {
  const place = { epoch: EPOCH, latestSeq: 0, recovered: 'none', hasOlder: false };
  const payload = { conversationId, messages: [], ...(dialect === 'chatsocket.v1' ? place : {}) };
  return JSON.stringify({ type: 'conversation_history', payload, timestamp: STARTED_AT_MS });
}

/** Somebody else's message, the `seq`th of the conversation. */
export function messageText(seq: number, dialect: Dialect = 'chatsocket.v1'): string {
  const base = {
    id: uuidOf(seq),
    conversationId: CONVERSATION,
    senderId: 'writer',
    senderName: 'Wanda Writer',
    content: `${seq}: ${CONTENT}`,
    timestamp: new Date(STARTED_AT_MS + seq).toISOString(),
    read: false,
  };
  if (dialect === 'base') return newMessageText(base, seq, {});
  const place = { epoch: EPOCH, seq };
  return newMessageText({ ...base, seq, inReplyTo: null, streaming: false, clientMessageId: uuidOf(-seq) }, seq, place);
}

/** The sender's own message, as everybody else hears it. */
function copyText(clientMessageId: string, content: string, seq: number): string {
  const message = {
    id: uuidOf(seq),
    conversationId: CONVERSATION,
    senderId: READER,
    senderName: 'Rita Reader',
    content,
    timestamp: new Date(STARTED_AT_MS + seq).toISOString(),
    read: false,
    ...{ seq, inReplyTo: null, streaming: false, clientMessageId },
  };
  return newMessageText(message, seq, { epoch: EPOCH, seq });
}

function newMessageText(message: object, seq: number, place: object): string {
  const payload = { conversationId: CONVERSATION, message, ...place };
  return JSON.stringify({ type: 'new_message', payload, timestamp: STARTED_AT_MS + seq });
}

function ackText(messageId: string, seq: number): string {
  const payload = { messageId, id: uuidOf(seq), seq, duplicate: false };
  return JSON.stringify({ type: 'ack', payload, timestamp: STARTED_AT_MS + seq });
}

export function answerStartText(id: string, seq: number): string {
  const timestamp = new Date(STARTED_AT_MS + seq).toISOString();
  const payload = { conversationId: CONVERSATION, id, epoch: EPOCH, seq, senderId: 'bot', inReplyTo: null, timestamp };
  return JSON.stringify({ type: 'message_start', payload, timestamp: STARTED_AT_MS + seq });
}

export function answerDeltaText(id: string, offset: number, text: string): string {
  return JSON.stringify({ type: 'message_delta', payload: { id, offset, text } });
}

export function answerEndText(id: string, length: number): string {
  return JSON.stringify({ type: 'message_end', payload: { id, length, status: 'done' } });
}

/** As long as a real one, and a different one for every number. */
export function uuidOf(number: number): string {
  const side = number < 0 ? 'b' : 'a';
  return `00000000-0000-4000-${side}000-${Math.abs(number).toString(16).padStart(12, '0')}`;
}

/** The fields of a client's frame that these servers look at. */
interface ClientFrame {
  readonly type: string;
  readonly messageId?: string;
  readonly payload?: { readonly conversationId?: string; readonly content?: string };
}

/** The answers to one text of a client; to a batch, in a batch, as those of the reference server. `nextSeq` counts what is sent. */
export function answersTo(text: string, dialect: Dialect, nextSeq: () => number): readonly string[] {
  // Only our own client and the raw one, which writes the same, ever talk to it.
  const said = JSON.parse(text) as ClientFrame | readonly ClientFrame[];
  if (!isBatch(said)) return answersToFrame(said, dialect, nextSeq);
  const answers = said.flatMap((frame) => answersToFrame(frame, dialect, nextSeq));
  return answers.length > 1 ? [`[${answers.join(',')}]`] : answers;
}

function isBatch(said: ClientFrame | readonly ClientFrame[]): said is readonly ClientFrame[] {
  return Array.isArray(said);
}

function answersToFrame(
  { type, messageId = '', payload }: ClientFrame,
  dialect: Dialect,
  nextSeq: () => number,
): readonly string[] {
  if (type === 'join_conversation') return [joinedText(payload?.conversationId ?? CONVERSATION, dialect)];
  if (type === 'ping') return ['{"type":"pong"}'];
  if (type !== 'send_message') return [];
  const seq = nextSeq();
  const ack = ackText(messageId, seq);
  return dialect === 'chatsocket.v1' ? [copyText(messageId, payload?.content ?? '', seq), ack] : [ack];
}
