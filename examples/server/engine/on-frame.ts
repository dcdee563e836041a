/** What each kind of frame from a client leads to. */

import type { EnvelopeClientFrame } from 'chatsocket/schemas';
import { isAhead } from './ahead.js';
import { endAnswer } from './answers.js';
import { markRead } from './changes.js';
import { receiveJoin } from './on-join.js';
import { receiveLoad } from './on-page.js';
import { receiveRange } from './on-range.js';
import { receiveSend } from './on-send.js';
import { type FrameReading, readFrames } from './read-frame.js';
import { notFound, refuse, tooFast } from './refuse.js';
import { resumeStream } from './resume.js';
import type { Turn, Typing } from './turn.js';
import { accountOf, type Connection, findConversation, tell, tellMembers, type World } from './world.js';

type FrameOf<Type extends EnvelopeClientFrame['type']> = Extract<EnvelopeClientFrame, { type: Type }>;

export function receiveText(world: World, turn: Turn, from: { connection: Connection; text: string }): void {
  const { connection, text } = from;
  // Frames that come while the server winds up stay unanswered: the client sends them again to the next one.
  if (world.isDraining) return;
  for (const reading of readFrames(text, world.options.limits.batchMax)) {
    // One frame of a batch may cost the connection; the rest came too late.
    if (world.connections.has(connection.id)) receiveReading(world, turn, { connection, reading });
  }
}

function receiveReading(world: World, turn: Turn, from: { connection: Connection; reading: FrameReading }): void {
  const { connection, reading } = from;
  const messageId = reading.ok ? reading.frame.messageId : reading.messageId;
  const waitMs = accountOf(world, connection.user.id, turn.nowMs).frames.take(turn.nowMs);
  if (waitMs > 0) refuse(world, turn, { connection, ...tooFast(messageId, waitMs) });
  else if (reading.ok && isAhead(world, reading.frame)) {
    turn.effects.push({ type: 'catch-up', connectionId: connection.id, frame: reading.frame });
  } else if (reading.ok) receiveFrame(world, turn, { connection, frame: reading.frame });
  else refuse(world, turn, { connection, code: reading.code, message: reading.reason, messageId, isViolation: true });
}

/** Nothing that was stored when the frame came is unknown any more. */
export function receiveHeld(
  world: World,
  turn: Turn,
  held: { connectionId: string; frame: EnvelopeClientFrame },
): void {
  const connection = world.connections.get(held.connectionId);
  if (connection !== undefined && !world.isDraining) receiveFrame(world, turn, { connection, frame: held.frame });
}

function receiveFrame(world: World, turn: Turn, from: { connection: Connection; frame: EnvelopeClientFrame }): void {
  const { connection, frame } = from;
  switch (frame.type) {
    case 'ping':
      answerPing(world, turn, { connection, messageId: frame.messageId });
      return;
    case 'join_conversation':
      receiveJoin(world, turn, { connection, frame });
      return;
    case 'send_message':
      receiveSend(world, turn, { connection, frame });
      return;
    case 'typing':
    case 'stop_typing':
      receiveTyping(world, turn, { connection, frame });
      return;
    case 'mark_read':
      receiveRead(world, turn, { connection, frame });
      return;
    case 'load_history':
      receiveLoad(world, turn, { connection, frame });
      return;
    case 'fetch_range':
      receiveRange(world, turn, { connection, frame });
      return;
    case 'cancel_stream':
      receiveCancel(world, turn, { connection, frame });
      return;
    case 'authenticate':
      turn.effects.push({
        type: 'redeem-token',
        request: { connectionId: connection.id, userId: connection.user.id, messageId: frame.messageId },
        token: frame.payload.token,
      });
  }
}

/**
 * The heads let a client see that the last message of a conversation never reached it. A conversation in which nothing
 * has happened since it was joined is left out.
 */
function answerPing(world: World, turn: Turn, ping: { connection: Connection; messageId: string | undefined }): void {
  const heads: [string, number][] = [];
  for (const [conversationId, headAtJoin] of ping.connection.joined) {
    const head = world.conversations.get(conversationId)?.headSeq ?? headAtJoin;
    if (head > headAtJoin) heads.push([conversationId, head]);
  }
  tell(world, turn, {
    connectionId: ping.connection.id,
    frame: {
      type: 'pong',
      ...(ping.messageId === undefined ? {} : { messageId: ping.messageId }),
      payload: { latest: Object.fromEntries(heads) },
    },
  });
}

/** Goes to those who look at the conversation, and not back to the one who types. */
function receiveTyping(
  world: World,
  turn: Turn,
  from: { connection: Connection; frame: FrameOf<'typing' | 'stop_typing'> },
): void {
  const { connection, frame } = from;
  const conversation = findConversation(world, connection.user.id, frame.payload.conversationId);
  if (conversation === null) {
    refuse(world, turn, { connection, ...notFound(frame.messageId) });
    return;
  }
  const isTyping = frame.type === 'typing';
  const signal: Typing = { type: 'typing', isTyping, conversationId: conversation.id, userId: connection.user.id };
  tellTyping(world, turn, signal);
  if (world.options.serverId !== undefined) turn.effects.push({ type: 'signal', signal });
}

export function tellTyping(world: World, turn: Turn, { isTyping, conversationId, userId }: Typing): void {
  const conversation = world.conversations.get(conversationId);
  if (conversation === undefined) return;
  tellMembers(world, turn, {
    conversation,
    frame: { type: isTyping ? 'user_typing' : 'user_stop_typing', payload: { conversationId, userId } },
    includes: (other) => other.joined.has(conversationId) && other.user.id !== userId,
  });
}

function receiveRead(world: World, turn: Turn, from: { connection: Connection; frame: FrameOf<'mark_read'> }): void {
  const { connection, frame } = from;
  const conversation = findConversation(world, connection.user.id, frame.payload.conversationId);
  if (conversation === null) {
    refuse(world, turn, { connection, ...notFound(frame.messageId) });
    return;
  }
  markRead(world, turn, { conversation, messageIds: frame.payload.messageIds, readBy: connection.user.id });
  const { messageId } = frame;
  if (messageId === undefined) return;
  conversation.lane.enqueue(turn, {
    writes: [],
    announce: (told) =>
      tell(world, told, { connectionId: connection.id, frame: { type: 'ack', payload: { messageId } } }),
  });
}

/** Any member may stop an answer. One that is over already is answered with its end. */
function receiveCancel(
  world: World,
  turn: Turn,
  from: { connection: Connection; frame: FrameOf<'cancel_stream'> },
): void {
  const { connection, frame } = from;
  const { messageId: streamId, conversationId } = frame.payload;
  const stream = world.openStreams.get(streamId);
  const conversation = findConversation(world, connection.user.id, stream?.conversation.id ?? conversationId ?? '');
  const isKnown = conversation !== null && stream !== undefined;
  if (isKnown) endAnswer(world, turn, { streamId, status: 'stopped' });
  else if (!resumeStream(world, turn, { connection, conversation, messageId: streamId, offset: null })) {
    refuse(world, turn, { connection, ...notFound(frame.messageId) });
  }
}
