/** `join_conversation` and `load_history`: what a client has missed, or wants to see. */

import type { EnvelopeClientFrame } from 'chatsocket/schemas';
import { endFrame } from './answers.js';
import type { Conversation } from './conversation.js';
import { type Excerpt, fitText, hasMessageBefore, newestOf, onWire, type Span } from './history.js';
import type { LogEntry, MessageEntry } from './records.js';
import { notFound, refuse, tooFast } from './refuse.js';
import type { PageRequest, Turn } from './turn.js';
import { accountOf, admit, type Connection, findConversation, tell, type World } from './world.js';

type JoinFrame = Extract<EnvelopeClientFrame, { type: 'join_conversation' }>;
type LoadFrame = Extract<EnvelopeClientFrame, { type: 'load_history' }>;

interface Backlog {
  readonly messages: readonly MessageEntry[];
  /** Absent where the client asked for no place to go on from. */
  readonly recovered: { recovered?: 'full' | 'partial' | 'none' };
}

export function receiveJoin(world: World, turn: Turn, from: { connection: Connection; frame: JoinFrame }): void {
  const { connection, frame } = from;
  const conversation = findConversation(world, connection.user.id, frame.payload.conversationId);
  if (conversation === null) {
    refuse(world, turn, { connection, ...notFound(frame.messageId) });
    return;
  }
  admit(world, turn, { conversation, userId: connection.user.id });
  connection.joined.add(conversation.id);
  const backlog = backlogFor(world, conversation, frame);
  const before = backlog.messages[0]?.seq ?? (frame.payload.after?.seq ?? conversation.headSeq) + 1;
  tell(world, turn, {
    connectionId: connection.id,
    frame: {
      type: 'conversation_history',
      payload: {
        conversationId: conversation.id,
        messages: backlog.messages.map((entry) => onWire(conversation.id, entry)),
        epoch: conversation.epoch,
        latestSeq: conversation.headSeq,
        ...backlog.recovered,
        hasOlder: hasMessageBefore(conversation, before),
      },
    },
  });
  tellStreams(world, turn, { connection, conversation, frame, given: backlog.messages });
}

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
    before: frame.payload.before ?? conversation.headSeq + 1,
    limit: Math.min(frame.payload.limit, limits.pageMax),
  };
  const span: Span = { after: conversation.firstSeq - 1, before: request.before };
  const page = newestOf(conversation, span, { count: request.limit, textMax: limits.pageTextMax });
  const isCutByMemory = page.isComplete && conversation.firstSeq > 1 && page.messages.length < request.limit;
  if (isCutByMemory) turn.effects.push({ type: 'read-page', request });
  else tellPage(world, turn, { request, messages: page.messages });
}

/** The store has read a page that lies outside of memory. */
export function receivePage(
  world: World,
  turn: Turn,
  read: { request: PageRequest; entries: readonly LogEntry[] },
): void {
  tellPage(world, turn, { request: read.request, messages: fitText(read.entries, world.options.limits.pageTextMax) });
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

/** All that came after the client's place where that can be given; else the newest, and the word that it is not all. */
function backlogFor(world: World, conversation: Conversation, frame: JoinFrame): Backlog {
  const { limits } = world.options;
  const { after, limit } = frame.payload;
  const isSameLog = after?.epoch === conversation.epoch && after.seq <= conversation.headSeq;
  if (isSameLog && after !== null && after !== undefined) {
    const span: Span = { after: after.seq, before: conversation.headSeq + 1 };
    const missed = newestOf(conversation, span, { count: limits.joinMax, textMax: limits.pageTextMax });
    if (missed.isComplete) return { messages: missed.messages, recovered: { recovered: 'full' } };
  }
  const count = Math.min(limit ?? limits.joinDefault, limits.joinMax);
  const newest: Excerpt = newestOf(
    conversation,
    { after: 0, before: conversation.headSeq + 1 },
    { count, textMax: limits.pageTextMax },
  );
  if (after === null || after === undefined) return { messages: newest.messages, recovered: {} };
  return { messages: newest.messages, recovered: { recovered: isSameLog ? 'partial' : 'none' } };
}

/** Brings the answers that the client knows, and those in the making that it cannot know of, up to date. */
function tellStreams(
  world: World,
  turn: Turn,
  joined: { connection: Connection; conversation: Conversation; frame: JoinFrame; given: readonly MessageEntry[] },
): void {
  const { connection, conversation, frame, given } = joined;
  const named = new Set<string>();
  for (const { messageId, offset } of frame.payload.streams ?? []) {
    const entry = conversation.messageById(messageId);
    if (entry === null || entry.stream === null || named.has(messageId)) continue;
    named.add(messageId);
    if (offset > entry.content.length) tellSnapshot(world, turn, { connection, entry });
    else if (offset < entry.content.length) tellRest(world, turn, { connection, entry, offset });
    if (entry.stream !== 'streaming') tell(world, turn, { connectionId: connection.id, frame: endFrame(entry) });
  }
  const givenIds = new Set(given.map((entry) => entry.id));
  for (const { id, entry } of conversation.openStreams.values()) {
    if (entry.seq > conversation.headSeq || named.has(id) || givenIds.has(id)) continue;
    tellSnapshot(world, turn, { connection, entry });
  }
}

function tellRest(
  world: World,
  turn: Turn,
  rest: { connection: Connection; entry: MessageEntry; offset: number },
): void {
  const payload = { id: rest.entry.id, offset: rest.offset, text: rest.entry.content.slice(rest.offset) };
  tell(world, turn, { connectionId: rest.connection.id, frame: { type: 'message_delta', payload } });
}

function tellSnapshot(world: World, turn: Turn, snapshot: { connection: Connection; entry: MessageEntry }): void {
  const payload = { id: snapshot.entry.id, text: snapshot.entry.content };
  tell(world, turn, { connectionId: snapshot.connection.id, frame: { type: 'message_snapshot', payload } });
}
