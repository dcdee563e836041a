/** The assistant's answers: log entries whose text grows. */

import { appendEntry, putEntry } from './append.js';
import { assistantUser, isAddressed } from './bot.js';
import type { Conversation, OpenStream, Patch } from './conversation.js';
import type { MessageEntry } from './records.js';
import { type StreamEnd, tellEnd, tellMore, tellStart } from './tell-answer.js';
import type { Turn } from './turn.js';
import type { World } from './world.js';

interface Said {
  readonly conversation: Conversation;
  readonly question: MessageEntry;
}

/** Begins an answer where the assistant is meant. The text comes later, from the shell. */
export function considerAnswer(world: World, turn: Turn, said: Said): void {
  const { conversation, question } = said;
  if (question.senderId === assistantUser.id || world.isDraining) return;
  if (!isAddressed(conversation.assistant, question.content)) return;
  if (conversation.openStreams.size >= world.options.limits.openStreamsMax) return;
  const entry = answerEntry(world, turn, said);
  const stream = openStream(world, turn, { conversation, entry });
  appendEntry(turn, {
    conversation,
    entry,
    announce: (told) => {
      tellStart(world, told, { conversation, entry });
      // It may have been stopped while its place was stored.
      if (textOf(stream) !== null) told.effects.push({ type: 'start-answer', streamId: entry.id, question });
    },
    again: (later) => {
      closeStream(world, stream);
      considerAnswer(world, later, said);
    },
  });
}

export function extendAnswer(world: World, turn: Turn, piece: { streamId: string; text: string }): void {
  const stream = world.openStreams.get(piece.streamId);
  if (stream !== undefined && piece.text !== '') extend(world, turn, { stream, text: piece.text });
}

function extend(world: World, turn: Turn, piece: { stream: OpenStream; text: string }): void {
  const { stream } = piece;
  const { conversation, seq } = stream;
  const soFar = textOf(stream);
  if (soFar === null) return;
  const { limits, serverId } = world.options;
  const offset = soFar.content.length;
  const text = piece.text.slice(0, limits.streamLengthMax - offset);
  const patch: Patch = (message) => ({ ...message, content: message.content + text });
  const grown = conversation.change(soFar, patch);
  const isPersisted = turn.nowMs - stream.persistedAtMs >= limits.streamPersistMs;
  if (isPersisted) stream.persistedAtMs = turn.nowMs;
  // Others that share the store hear of each piece through it; the whole text follows from time to time.
  const told =
    serverId === undefined ? [] : [{ type: 'extend-entry' as const, conversationId: conversation.id, seq, text }];
  conversation.lane.enqueue(turn, {
    writes: isPersisted ? [putEntry(conversation, grown)] : told,
    announce: (now) => {
      conversation.show(seq, patch);
      tellMore(world, now, { stream, offset, text });
    },
    again: (later) => extend(world, later, piece),
  });
  if (text.length < piece.text.length) end(world, turn, { stream, status: 'failed' });
}

/**
 * Ends an answer with the text it has; a second end is harmless. Nobody sees the end before it is durable: a client
 * that had seen it would not ask again for a text that a crash took back.
 */
export function endAnswer(world: World, turn: Turn, ending: { streamId: string; status: StreamEnd }): void {
  const stream = world.openStreams.get(ending.streamId);
  if (stream !== undefined) end(world, turn, { stream, status: ending.status });
}

function end(world: World, turn: Turn, ending: { stream: OpenStream; status: StreamEnd }): void {
  const { stream, status } = ending;
  const { conversation } = stream;
  const soFar = textOf(stream);
  if (soFar === null) return;
  const patch: Patch = ({ writer: _writer, ...message }) => ({ ...message, stream: status });
  const ended = conversation.change(soFar, patch);
  turn.effects.push({ type: 'stop-answer', streamId: stream.id });
  conversation.lane.enqueue(turn, {
    writes: [putEntry(conversation, ended)],
    announce: (told) => {
      closeStream(world, stream);
      conversation.show(stream.seq, patch);
      tellEnd(world, told, { stream, entry: ended });
    },
    again: (later) => end(world, later, ending),
  });
}

/** What there is of an answer, with what is on its way to the store; null where it is over, here or elsewhere. */
function textOf(stream: OpenStream): MessageEntry | null {
  const held = stream.conversation.textOf(stream);
  const soFar = held === null ? null : stream.conversation.latest(held);
  return soFar?.stream === 'streaming' ? soFar : null;
}

/** An answer whose entry is in the log, or about to be: here, or by another server that shares the store. */
export function openStream(
  world: World,
  { nowMs }: { readonly nowMs: number },
  answer: { conversation: Conversation; entry: MessageEntry },
): OpenStream {
  const { conversation, entry } = answer;
  world.tick += 1;
  const stream: OpenStream = {
    id: entry.id,
    seq: entry.seq,
    conversation,
    writer: entry.writer,
    startedAtTick: world.tick,
    persistedAtMs: nowMs,
  };
  conversation.openStreams.set(stream.id, stream);
  world.openStreams.set(stream.id, stream);
  return stream;
}

export function closeStream(world: World, stream: OpenStream): void {
  // The answer of another server may have taken the place, and with it the id, of one that was not stored.
  if (world.openStreams.get(stream.id) !== stream) return;
  stream.conversation.openStreams.delete(stream.id);
  world.openStreams.delete(stream.id);
}

function answerEntry(world: World, turn: Turn, { conversation, question }: Said): MessageEntry {
  const { serverId } = world.options;
  const seq = conversation.nextSeq;
  return {
    kind: 'message',
    seq,
    id: conversation.messageIdOf(seq),
    senderId: assistantUser.id,
    senderName: assistantUser.name,
    role: 'assistant',
    content: '',
    createdAtMs: turn.nowMs,
    clientMessageId: null,
    inReplyTo: question.id,
    metadata: undefined,
    readBy: [],
    stream: 'streaming',
    changedSeq: null,
    deleted: false,
    ...(serverId === undefined ? {} : { writer: serverId }),
  };
}
