/** `send_message`: rate, then membership, then repeats, then order, then content; stored before it is told. */

import type { EnvelopeClientFrame } from 'chatsocket/schemas';
import type { Conversation } from './conversation.js';
import { type Draft, fingerprintOf, post } from './post.js';
import { ProducerOrder } from './producer-order.js';
import type { DedupRecord } from './records.js';
import { notFound, type Refusal, refuse, tooFast } from './refuse.js';
import type { Turn } from './turn.js';
import {
  accountOf,
  admit,
  type Connection,
  directConversationId,
  findConversation,
  foundConversation,
  tell,
  type World,
} from './world.js';

type SendFrame = Extract<EnvelopeClientFrame, { type: 'send_message' }>;

interface Sending {
  readonly world: World;
  readonly turn: Turn;
  readonly connection: Connection;
  readonly frame: SendFrame;
  readonly messageId: string;
}

export function receiveSend(world: World, turn: Turn, from: { connection: Connection; frame: SendFrame }): void {
  const { connection, frame } = from;
  const { messageId } = frame;
  if (messageId === undefined) {
    const message = 'A message needs a messageId.';
    refuse(world, turn, { connection, code: 'VALIDATION_ERROR', message, messageId, isViolation: true });
    return;
  }
  const waitMs = accountOf(world, connection.user.id, turn.nowMs).messages.take(turn.nowMs);
  if (waitMs > 0) {
    refuse(world, turn, { connection, ...tooFast(messageId, waitMs) });
    return;
  }
  const sending: Sending = { world, turn, connection, frame, messageId };
  const conversation = destinationOf(sending);
  if (conversation === null) refuseForGood(sending, notFound(messageId));
  else sendTo(conversation, sending);
}

function destinationOf({ world, turn, connection, frame }: Sending): Conversation | null {
  const { conversationId, receiverId } = frame.payload;
  if (conversationId !== undefined) return findConversation(world, connection.user.id, conversationId);
  if (receiverId === undefined || receiverId === connection.user.id || !world.users.has(receiverId)) return null;
  const id = directConversationId(connection.user.id, receiverId);
  return (
    world.conversations.get(id) ??
    foundConversation(world, turn, {
      id,
      epoch: turn.freshId,
      isOpen: false,
      assistant: 'on-mention',
      memberIds: [connection.user.id, receiverId],
    })
  );
}

function sendTo(conversation: Conversation, sending: Sending): void {
  const { world, turn, connection, frame, messageId } = sending;
  const { limits, deduplicates } = world.options;
  const { content, inReplyTo = null, metadata, producer } = frame.payload;
  const draft: Draft = { sender: connection.user, content: content.trim(), messageId, inReplyTo, metadata };
  if (!isShallow(metadata, limits.metadataDepthMax)) {
    const message = `Metadata may be nested ${limits.metadataDepthMax} deep.`;
    refuseForGood(sending, { code: 'VALIDATION_ERROR', message, messageId, isViolation: true });
    return;
  }
  const known = deduplicates ? firstCopyOf(conversation, sending) : null;
  if (known !== null) {
    answerRepeat(conversation, sending, { known, draft });
    return;
  }
  const order = orderOf(sending);
  const verdict = producer === undefined || order === null ? 'next' : order.judge(producer.seq);
  if (order !== null && verdict !== 'next') {
    refuse(world, turn, { connection, ...outOfOrder(messageId, { verdict, expected: order.expected }) });
    return;
  }
  const objection = objectionTo(draft, sending, conversation);
  if (objection?.retryAfterMs !== undefined) refuse(world, turn, { connection, ...objection });
  else if (objection !== null) refuseForGood(sending, objection);
  else accept(conversation, sending, draft);
}

function accept(conversation: Conversation, sending: Sending, draft: Draft): void {
  const { world, turn, connection } = sending;
  admit(world, turn, { conversation, userId: connection.user.id });
  consumeNumber(sending);
  postOnce(conversation, sending, draft);
}

/** Another server may have stored a copy while this one was on its way to the store: then it is a repeat. */
function postOnce(conversation: Conversation, sending: Sending, draft: Draft): void {
  const { world, turn, connection } = sending;
  const again = (later: Turn): void => {
    const known = world.options.deduplicates ? firstCopyOf(conversation, { ...sending, turn: later }) : null;
    if (known === null) postOnce(conversation, { ...sending, turn: later }, draft);
    else answerRepeat(conversation, { ...sending, turn: later }, { known, draft });
  };
  post(world, turn, { conversation, draft, ackTo: connection.id, again });
}

function firstCopyOf(conversation: Conversation, { world, turn, connection, messageId }: Sending): DedupRecord | null {
  return accountOf(world, connection.user.id, turn.nowMs).dedup.find(conversation.id, messageId, turn.nowMs);
}

/** The first copy may still be on its way to the store; the answer waits behind it. */
function answerRepeat(
  conversation: Conversation,
  sending: Sending,
  repeat: { known: DedupRecord; draft: Draft },
): void {
  const { world, turn, connection, messageId } = sending;
  if (repeat.known.fingerprint !== fingerprintOf(repeat.draft)) {
    const message = 'Another message was sent under this id.';
    refuseForGood(sending, { code: 'ID_CONFLICT', message, messageId, isViolation: true });
    return;
  }
  consumeNumber(sending);
  const { id, seq } = repeat.known;
  conversation.lane.enqueue(turn, {
    writes: [],
    announce: (told) =>
      tell(world, told, {
        connectionId: connection.id,
        frame: { type: 'ack', payload: { messageId, id, seq, duplicate: true } },
      }),
    again: (later) => {
      const known = firstCopyOf(conversation, { ...sending, turn: later });
      if (known !== null) answerRepeat(conversation, { ...sending, turn: later }, { ...repeat, known });
    },
  });
}

/** The message will never be taken, so the ones behind it need not wait for its number. */
function refuseForGood(sending: Sending, refusal: Refusal): void {
  consumeNumber(sending);
  refuse(sending.world, sending.turn, { connection: sending.connection, ...refusal });
}

function consumeNumber(sending: Sending): void {
  const { producer } = sending.frame.payload;
  if (producer !== undefined) orderOf(sending)?.consume(producer.seq);
}

/** Null for a message without a producer, and beyond the bound, where order is no longer promised. */
function orderOf({ world, connection, frame }: Sending): ProducerOrder | null {
  const { producer, conversationId, receiverId } = frame.payload;
  if (producer === undefined) return null;
  const key = JSON.stringify([producer.id, conversationId ?? null, receiverId ?? null]);
  const known = connection.producers.get(key);
  if (known !== undefined) return known;
  if (connection.producers.size >= world.options.limits.producersMax) return null;
  const order = new ProducerOrder();
  connection.producers.set(key, order);
  return order;
}

function objectionTo(draft: Draft, sending: Sending, conversation: Conversation): Refusal | null {
  const { world, turn, messageId } = sending;
  const { limits } = world.options;
  if (draft.content === '') {
    return { code: 'VALIDATION_ERROR', message: 'A message needs text.', messageId };
  }
  if (draft.content.length > limits.contentLengthMax) {
    const message = `A message holds at most ${limits.contentLengthMax} UTF-16 code units.`;
    return { code: 'VALIDATION_ERROR', message, messageId };
  }
  if (conversation.lane.pendingCount >= limits.pendingMax) return tooFast(messageId, 1_000);
  const { dedup } = accountOf(world, draft.sender.id, turn.nowMs);
  if (!dedup.hasRoomAt(turn.nowMs)) {
    const message = 'Too many messages within the time in which repeats are recognised.';
    return { code: 'TOO_MANY', message, messageId, isViolation: true };
  }
  return null;
}

/** Not final: the message is fine, and comes again under the number that is expected. */
function outOfOrder(messageId: string, order: { verdict: 'early' | 'reused'; expected: number }): Refusal {
  const { verdict, expected } = order;
  const isViolation = verdict === 'reused';
  const message = isViolation
    ? 'Another message of this producer had this number.'
    : 'A message of this producer is missing ahead of this one.';
  return { code: 'OUT_OF_ORDER', message, messageId, expected, isViolation };
}

function isShallow(value: unknown, depthMax: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depthMax > 0 && Object.values(value).every((inner) => isShallow(inner, depthMax - 1));
}
