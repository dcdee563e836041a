/** The assistant's answers: log entries whose text grows. */

import type { EnvelopeServerFrame } from 'chatsocket/schemas';
import { appendEntry, putEntry } from './append.js';
import { assistantUser, isAddressed } from './bot.js';
import type { Conversation, OpenStream, Patch } from './conversation.js';
import type { MessageEntry, StreamState } from './records.js';
import type { Turn } from './turn.js';
import { tellMembers, type World } from './world.js';

export type StreamEnd = Exclude<StreamState, 'streaming'>;

/** Begins an answer where the assistant is meant. The text comes later, from the shell. */
export function considerAnswer(
  world: World,
  turn: Turn,
  said: { conversation: Conversation; question: MessageEntry },
): void {
  const { conversation, question } = said;
  if (question.senderId === assistantUser.id || world.isDraining) return;
  if (!isAddressed(conversation.assistant, question.content)) return;
  if (conversation.openStreams.size >= world.options.limits.openStreamsMax) return;
  const entry = answerEntry(conversation, question, turn.nowMs);
  open(world, turn, { conversation, entry });
  appendEntry(turn, {
    conversation,
    entry,
    announce: (told) => {
      announceStart(world, told, { conversation, entry });
      if (world.openStreams.has(entry.id)) told.effects.push({ type: 'start-answer', streamId: entry.id, question });
    },
  });
}

export function extendAnswer(world: World, turn: Turn, piece: { streamId: string; text: string }): void {
  const stream = world.openStreams.get(piece.streamId);
  if (stream === undefined || piece.text === '') return;
  const { conversation, id } = stream;
  const soFar = conversation.textOf(stream);
  if (soFar === null) return;
  const { limits } = world.options;
  const offset = soFar.content.length;
  const text = piece.text.slice(0, limits.streamLengthMax - offset);
  const grown = conversation.grow(soFar, (message) => ({ ...message, content: message.content + text }));
  const isPersisted = turn.nowMs - stream.persistedAtMs >= limits.streamPersistMs;
  if (isPersisted) stream.persistedAtMs = turn.nowMs;
  conversation.lane.enqueue(turn, {
    writes: isPersisted ? [putEntry(conversation, grown)] : [],
    announce: (told) =>
      tellFollowers(world, told, { stream, frame: { type: 'message_delta', payload: { id, offset, text } } }),
  });
  if (text.length < piece.text.length) endAnswer(world, turn, { streamId: id, status: 'failed' });
}

/**
 * Ends an answer with the text it has; a second end is harmless. Nobody sees the end before it is durable: a client
 * that had seen it would not ask again for a text that a crash took back.
 */
export function endAnswer(world: World, turn: Turn, end: { streamId: string; status: StreamEnd }): void {
  const stream = world.openStreams.get(end.streamId);
  const soFar = stream?.conversation.textOf(stream) ?? null;
  if (stream === undefined || soFar === null) return;
  const { conversation } = stream;
  const patch: Patch = (message) => ({ ...message, stream: end.status });
  const ended = conversation.change(soFar, patch);
  conversation.openStreams.delete(stream.id);
  world.openStreams.delete(stream.id);
  turn.effects.push({ type: 'stop-answer', streamId: stream.id });
  conversation.lane.enqueue(turn, {
    writes: [putEntry(conversation, ended)],
    announce: (told) => {
      conversation.show(stream.seq, patch);
      tellFollowers(world, told, { stream, frame: endFrame(ended) });
    },
  });
}

export function endFrame(entry: MessageEntry) {
  const status: StreamEnd = entry.stream === null || entry.stream === 'streaming' ? 'done' : entry.stream;
  return { type: 'message_end' as const, payload: { id: entry.id, length: entry.content.length, status } };
}

function open(world: World, turn: Turn, answer: { conversation: Conversation; entry: MessageEntry }): void {
  const { conversation, entry } = answer;
  world.tick += 1;
  const stream: OpenStream = {
    id: entry.id,
    seq: entry.seq,
    conversation,
    startedAtTick: world.tick,
    persistedAtMs: turn.nowMs,
  };
  conversation.openStreams.set(stream.id, stream);
  world.openStreams.set(stream.id, stream);
}

function answerEntry(conversation: Conversation, question: MessageEntry, nowMs: number): MessageEntry {
  const seq = conversation.nextSeq;
  return {
    kind: 'message',
    seq,
    id: conversation.messageIdOf(seq),
    senderId: assistantUser.id,
    senderName: assistantUser.name,
    role: 'assistant',
    content: '',
    createdAtMs: nowMs,
    clientMessageId: null,
    inReplyTo: question.id,
    metadata: undefined,
    readBy: [],
    stream: 'streaming',
    changedSeq: null,
    deleted: false,
  };
}

function announceStart(world: World, turn: Turn, answer: { conversation: Conversation; entry: MessageEntry }): void {
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
