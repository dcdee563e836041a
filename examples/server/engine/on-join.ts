/** `join_conversation`: what a client has missed, or the newest of what there is. */

import type { EnvelopeClientFrame } from 'chatsocket/schemas';
import type { Conversation } from './conversation.js';
import { hasMessageBefore, newestOf, newsSince, onWire } from './history.js';
import type { MessageEntry } from './records.js';
import { notFound, refuse } from './refuse.js';
import { resumeStreams } from './resume.js';
import type { Turn } from './turn.js';
import { admit, type Connection, findConversation, tell, type World } from './world.js';

type JoinFrame = Extract<EnvelopeClientFrame, { type: 'join_conversation' }>;

interface Backlog {
  readonly messages: readonly MessageEntry[];
  /** Null where the client asked for no place to go on from. */
  readonly recovered: 'full' | 'partial' | 'none' | null;
  /** The place that the answer goes on from; what it holds of older messages has changed since. */
  readonly after: number;
}

export function receiveJoin(world: World, turn: Turn, from: { connection: Connection; frame: JoinFrame }): void {
  const { connection, frame } = from;
  const conversation = findConversation(world, connection.user.id, frame.payload.conversationId);
  if (conversation === null) {
    refuse(world, turn, { connection, ...notFound(frame.messageId) });
    return;
  }
  admit(world, turn, { conversation, userId: connection.user.id });
  connection.joined.set(conversation.id, conversation.headSeq);
  const backlog = backlogFor(world, conversation, frame.payload);
  const { messages, recovered, after } = backlog;
  // Where memory holds nothing but changes, every message is older than what is given.
  const oldest = messages.find((message) => message.seq > after)?.seq ?? (after > 0 ? after : conversation.headSeq) + 1;
  tell(world, turn, {
    connectionId: connection.id,
    frame: {
      type: 'conversation_history',
      ...(frame.messageId === undefined ? {} : { messageId: frame.messageId }),
      payload: {
        conversationId: conversation.id,
        messages: messages.map((entry) => onWire(conversation.id, entry)),
        epoch: conversation.epoch,
        latestSeq: conversation.headSeq,
        ...(recovered === null ? {} : { recovered }),
        hasOlder: hasMessageBefore(conversation, oldest),
      },
    },
  });
  const { streams = [] } = frame.payload;
  resumeStreams(world, turn, { connection, conversation, asked: streams, given: messages });
}

/** All that came after the client's place where that can be given; else the newest, and the word that it is not all. */
function backlogFor(world: World, conversation: Conversation, ask: JoinFrame['payload']): Backlog {
  const { joinMax, joinDefault, pageBytesMax: bytesMax } = world.options.limits;
  const { after, limit = joinDefault } = ask;
  const count = Math.min(limit, joinMax);
  if (after === null || after === undefined) {
    return { messages: newest(conversation, { count, bytesMax }), recovered: null, after: 0 };
  }
  if (after.epoch !== conversation.epoch || after.seq > conversation.headSeq) {
    return { messages: newest(conversation, { count, bytesMax }), recovered: 'none', after: 0 };
  }
  const missed = newsSince(conversation, after.seq, { count: joinMax, bytesMax });
  if (missed.isComplete) return { messages: missed.messages, recovered: 'full', after: after.seq };
  const { messages } = newsSince(conversation, after.seq, { count, bytesMax });
  return { messages, recovered: 'partial', after: after.seq };
}

function newest(conversation: Conversation, limit: { count: number; bytesMax: number }): readonly MessageEntry[] {
  return newestOf(conversation, { after: 0, before: conversation.headSeq + 1 }, limit).messages;
}
