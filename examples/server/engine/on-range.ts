/** `fetch_range`: any stretch of the log again, from memory or the store, or the word that it is gone for good. */

import type { EnvelopeClientFrame } from 'chatsocket/schemas';
import type { Conversation } from './conversation.js';
import { eventOf, oldestWithin } from './history.js';
import type { LogEntry, MessageEntry } from './records.js';
import { notFound, refuse, tooFast } from './refuse.js';
import type { EntriesRead, EntriesRequest, RangeAsk, Turn } from './turn.js';
import { accountOf, type Connection, findConversation, tell, type World } from './world.js';

type RangeFrame = Extract<EnvelopeClientFrame, { type: 'fetch_range' }>;

export function receiveRange(world: World, turn: Turn, from: { connection: Connection; frame: RangeFrame }): void {
  const { connection, frame } = from;
  const { messageId, payload } = frame;
  const conversation = findConversation(world, connection.user.id, payload.conversationId);
  if (conversation === null) {
    refuse(world, turn, { connection, ...notFound(messageId) });
    return;
  }
  if (payload.from > payload.to) {
    const message = 'A range goes up from “from” to “to”.';
    refuse(world, turn, { connection, code: 'VALIDATION_ERROR', message, messageId, isViolation: true });
    return;
  }
  const waitMs = accountOf(world, connection.user.id, turn.nowMs).pages.take(turn.nowMs);
  if (waitMs > 0) {
    refuse(world, turn, { connection, ...tooFast(messageId, waitMs) });
    return;
  }
  answer(world, turn, { connectionId: connection.id, messageId, ...payload });
}

/** The store has read a stretch that lies outside of memory. */
export function receiveRangeRead(world: World, turn: Turn, given: { ask: RangeAsk; read: EntriesRead }): void {
  const { ask, read } = given;
  const conversation = world.conversations.get(ask.conversationId);
  if (conversation === undefined) return;
  const [first] = read.entries;
  // Retention may have gone on meanwhile.
  if (first !== undefined && first.seq < conversation.oldestSeq) answer(world, turn, ask);
  else {
    const entries = read.entries.map((entry) => conversation.current(entry));
    const targets = new Map(read.changed.map((message) => [message.id, conversation.current(message)]));
    for (const entry of entries) if (entry.kind === 'message') targets.set(entry.id, entry);
    tellRange(world, turn, { ask, conversation, entries, targetOf: (id) => targets.get(id) ?? null });
  }
}

function answer(world: World, turn: Turn, ask: RangeAsk): void {
  const conversation = world.conversations.get(ask.conversationId);
  if (conversation === undefined) return;
  const from = Math.max(ask.from, conversation.oldestSeq);
  const to = Math.min(ask.to, conversation.headSeq, from + world.options.limits.pageMax - 1);
  if (from <= to && from < conversation.firstSeq) {
    const request: EntriesRequest = { conversationId: conversation.id, from, to, reason: { type: 'range', ask } };
    turn.effects.push({ type: 'read-entries', request });
    return;
  }
  const entries: LogEntry[] = [];
  for (let seq = from; seq <= to; seq += 1) {
    const entry = conversation.entryAt(seq);
    if (entry !== null) entries.push(entry);
  }
  tellRange(world, turn, {
    ask,
    conversation,
    entries,
    targetOf: (id) => conversation.messageAt(conversation.seqOf(id) ?? 0),
  });
}

function tellRange(
  world: World,
  turn: Turn,
  range: {
    ask: RangeAsk;
    conversation: Conversation;
    entries: readonly LogEntry[];
    targetOf: (messageId: string) => MessageEntry | null;
  },
): void {
  const { ask, conversation, entries, targetOf } = range;
  const { pageMax, pageBytesMax } = world.options.limits;
  const events = entries.map((entry) => {
    return eventOf(conversation, entry, 'messageId' in entry ? targetOf(entry.messageId) : null);
  });
  const given = oldestWithin(events, { count: pageMax, bytesMax: pageBytesMax });
  const first = given[0]?.payload.seq;
  tell(world, turn, {
    connectionId: ask.connectionId,
    frame: {
      type: 'range',
      ...(ask.messageId === undefined ? {} : { messageId: ask.messageId }),
      payload: {
        conversationId: conversation.id,
        epoch: conversation.epoch,
        events: [...given],
        // With nothing to give, the place is either gone for good or still to come.
        complete: first === undefined ? ask.from > conversation.headSeq : first === ask.from,
      },
    },
  });
}
