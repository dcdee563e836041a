/** How an answer in the making is told: its start to every member, the rest to those who can tell what it belongs to. */

import type { EnvelopeServerFrame } from 'chatsocket/schemas';
import type { Conversation, OpenStream } from './conversation.js';
import type { MessageEntry, StreamState } from './records.js';
import type { Turn } from './turn.js';
import { tellMembers, type World } from './world.js';

export type StreamEnd = Exclude<StreamState, 'streaming'>;

export function endFrame(entry: MessageEntry) {
  const status: StreamEnd = entry.stream === null || entry.stream === 'streaming' ? 'done' : entry.stream;
  return { type: 'message_end' as const, payload: { id: entry.id, length: entry.content.length, status } };
}

export function tellStart(world: World, turn: Turn, answer: { conversation: Conversation; entry: MessageEntry }): void {
  const { conversation, entry } = answer;
  tellMembers(world, turn, {
    conversation,
    frame: {
      type: 'message_start',
      payload: {
        conversationId: conversation.id,
        id: entry.id,
        epoch: conversation.epoch,
        seq: entry.seq,
        senderId: entry.senderId,
        inReplyTo: entry.inReplyTo,
        timestamp: new Date(entry.createdAtMs).toISOString(),
      },
    },
  });
}

export function tellMore(world: World, turn: Turn, more: { stream: OpenStream; offset: number; text: string }): void {
  const { stream, offset, text } = more;
  const payload = { id: stream.id, offset, text };
  tellFollowers(world, turn, { stream, frame: { type: 'message_delta', payload } });
}

export function tellEnd(world: World, turn: Turn, end: { stream: OpenStream; entry: MessageEntry }): void {
  tellFollowers(world, turn, { stream: end.stream, frame: endFrame(end.entry) });
}

/** Those who heard the start, and those who joined since. Anybody else could not tell what a chunk belongs to. */
function tellFollowers(
  world: World,
  turn: Turn,
  { stream, frame }: { stream: OpenStream; frame: EnvelopeServerFrame },
): void {
  const { conversation, startedAtTick } = stream;
  tellMembers(world, turn, {
    conversation,
    frame,
    includes: (connection) => connection.tick < startedAtTick || connection.joined.has(conversation.id),
  });
}
