/** Clients move between servers that share a store, and may know more than the one that they have come to. */

import type { EnvelopeClientFrame } from 'chatsocket/schemas';
import type { Conversation } from './conversation.js';
import type { World } from './world.js';

/** Whether a frame speaks of something that this server has not seen yet, and another that shares its store may have. */
export function isAhead(world: World, frame: EnvelopeClientFrame): boolean {
  if (world.options.serverId === undefined) return false;
  switch (frame.type) {
    case 'ping':
    case 'authenticate':
      return false;
    case 'send_message': {
      const { conversationId, receiverId } = frame.payload;
      if (conversationId !== undefined) return !world.conversations.has(conversationId);
      return receiverId !== undefined && !world.users.has(receiverId);
    }
    case 'cancel_stream':
      return !world.openStreams.has(frame.payload.messageId) && isUnknown(world, frame.payload);
    default: {
      const conversation = world.conversations.get(frame.payload.conversationId);
      return conversation === undefined || isPastHead(conversation, frame);
    }
  }
}

type PlacedFrame = Exclude<EnvelopeClientFrame, { type: 'ping' | 'authenticate' | 'send_message' | 'cancel_stream' }>;

function isPastHead(conversation: Conversation, frame: PlacedFrame): boolean {
  switch (frame.type) {
    case 'join_conversation': {
      const { after, streams = [] } = frame.payload;
      if (after?.epoch === conversation.epoch && after.seq > conversation.headSeq) return true;
      return streams.some(({ messageId, offset }) => offset > lengthOf(conversation, messageId));
    }
    case 'mark_read':
      return frame.payload.messageIds.some((id) => (conversation.seqOf(id) ?? 0) > conversation.headSeq);
    case 'fetch_range':
      return frame.payload.from > conversation.headSeq;
    default:
      return false;
  }
}

/** An answer that is over is as long as it will be, and one that has left memory is over. */
function lengthOf(conversation: Conversation, messageId: string): number {
  const seq = conversation.seqOf(messageId);
  if (seq === null) return Number.POSITIVE_INFINITY;
  if (seq > conversation.headSeq) return 0;
  const message = conversation.messageAt(seq);
  return message?.stream === 'streaming' ? message.content.length : Number.POSITIVE_INFINITY;
}

function isUnknown(
  world: World,
  { conversationId = '', messageId }: { conversationId?: string | undefined; messageId: string },
): boolean {
  const conversation = world.conversations.get(conversationId);
  return conversation === undefined || (conversation.seqOf(messageId) ?? 0) > conversation.headSeq;
}
