/** `load_history`: older messages, from memory or the store. */

import type { EnvelopeClientFrame } from 'chatsocket/schemas';
import { fitBytes, hasMessageBefore, newestOf, onWire } from './history.js';
import type { LogEntry, MessageEntry } from './records.js';
import { notFound, refuse, tooFast } from './refuse.js';
import type { PageRequest, Turn } from './turn.js';
import { accountOf, type Connection, findConversation, tell, type World } from './world.js';

type LoadFrame = Extract<EnvelopeClientFrame, { type: 'load_history' }>;

export function receiveLoad(world: World, turn: Turn, from: { connection: Connection; frame: LoadFrame }): void {
  const { connection, frame } = from;
  const { limits } = world.options;
  const conversation = findConversation(world, connection.user.id, frame.payload.conversationId);
  if (conversation === null) {
    refuse(world, turn, { connection, ...notFound(frame.messageId) });
    return;
  }
  const waitMs = accountOf(world, connection.user.id, turn.nowMs).pages.take(turn.nowMs);
  if (waitMs > 0) {
    refuse(world, turn, { connection, ...tooFast(frame.messageId, waitMs) });
    return;
  }
  const request: PageRequest = {
    connectionId: connection.id,
    conversationId: conversation.id,
    messageId: frame.messageId,
    after: conversation.oldestSeq - 1,
    before: Math.min(frame.payload.before ?? conversation.headSeq + 1, conversation.headSeq + 1),
    limit: Math.min(frame.payload.limit, limits.pageMax),
  };
  const span = { after: conversation.firstSeq - 1, before: request.before };
  const page = newestOf(conversation, span, { count: request.limit, bytesMax: limits.pageBytesMax });
  const isMoreStored = conversation.firstSeq > conversation.oldestSeq;
  const isCutByMemory = page.isComplete && isMoreStored && page.messages.length < request.limit;
  if (isCutByMemory) turn.effects.push({ type: 'read-page', request });
  else tellPage(world, turn, { request, messages: page.messages });
}

/** The store has read a page that lies outside of memory. */
export function receivePage(
  world: World,
  turn: Turn,
  read: { request: PageRequest; entries: readonly LogEntry[] },
): void {
  const conversation = world.conversations.get(read.request.conversationId);
  if (conversation === undefined) return;
  const kept = read.entries.filter((entry) => entry.seq >= conversation.oldestSeq);
  const entries = kept.map((entry) => conversation.current(entry));
  tellPage(world, turn, {
    request: read.request,
    messages: fitBytes(conversation.id, entries, world.options.limits.pageBytesMax),
  });
}

function tellPage(world: World, turn: Turn, page: { request: PageRequest; messages: readonly MessageEntry[] }): void {
  const { request, messages } = page;
  const conversation = world.conversations.get(request.conversationId);
  if (conversation === undefined) return;
  const first = messages[0]?.seq;
  tell(world, turn, {
    connectionId: request.connectionId,
    frame: {
      type: 'history_page',
      ...(request.messageId === undefined ? {} : { messageId: request.messageId }),
      payload: {
        conversationId: conversation.id,
        messages: messages.map((entry) => onWire(conversation.id, entry)),
        hasOlder: first !== undefined && hasMessageBefore(conversation, first),
      },
    },
  });
}
