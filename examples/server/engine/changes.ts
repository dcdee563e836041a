/** What happens to a message after it was said: read, edited, deleted. Each takes a place in the log of its own. */

import { endAnswer } from './answers.js';
import { appendEntry } from './append.js';
import type { Conversation, Patch } from './conversation.js';
import { eventOf } from './history.js';
import type { ChangeEntry, MessageEntry, ReadEntry } from './records.js';
import type { ChangeOutcome, EngineInput, EntriesRequest, MessageChange, Turn } from './turn.js';
import { tellMembers, type World } from './world.js';

type ChangeInput = Extract<EngineInput, MessageChange>;

interface Changing {
  readonly world: World;
  readonly turn: Turn;
  readonly conversation: Conversation;
  readonly input: ChangeInput;
}

interface ReadMark {
  readonly conversation: Conversation;
  readonly messageIds: readonly string[];
  readonly readBy: string;
}

export function markRead(world: World, turn: Turn, mark: ReadMark): void {
  const { conversation, readBy } = mark;
  const messages = unreadOf(mark);
  if (messages.length === 0) return;
  const seq = conversation.nextSeq;
  const messageIds = messages.map((message) => message.id);
  const entry: ReadEntry = { kind: 'read', seq, messageIds, readBy, createdAtMs: turn.nowMs };
  const patch: Patch = (message) => ({ ...message, readBy: [...message.readBy, readBy], changedSeq: seq });
  appendEntry(turn, {
    conversation,
    entry,
    changes: { messages, patch },
    announce: (told) => tellMembers(world, told, { conversation, frame: eventOf(conversation, entry, null) }),
    again: (later) => markRead(world, later, mark),
  });
}

/** Messages of others that this user has not read yet; a repeated mark changes nothing. */
function unreadOf({ conversation, messageIds, readBy }: ReadMark): readonly MessageEntry[] {
  const unread: MessageEntry[] = [];
  for (const messageId of new Set(messageIds)) {
    const entry = conversation.messageById(messageId);
    if (entry === null || entry.senderId === readBy || entry.deleted) continue;
    if (!conversation.latest(entry).readBy.includes(readBy)) unread.push(entry);
  }
  return unread;
}

/** Edits or deletes, and asks the store first for a message that has left memory. */
export function changeMessage(world: World, turn: Turn, input: ChangeInput): void {
  const conversation = world.conversations.get(input.conversationId);
  const seq = conversation?.seqOf(input.messageId) ?? null;
  if (conversation === undefined || seq === null || seq < conversation.oldestSeq || seq > conversation.headSeq) {
    settle(turn, input, 'not-found');
    return;
  }
  const message = conversation.messageAt(seq);
  if (message !== null) changeFound({ world, turn, conversation, input }, message);
  else if (seq >= conversation.firstSeq) settle(turn, input, 'not-found');
  else {
    const reason = { type: 'change' as const, input, askedAtHead: conversation.headSeq };
    const request: EntriesRequest = { conversationId: conversation.id, from: seq, to: seq, reason };
    turn.effects.push({ type: 'read-entries', request });
  }
}

/** The store has read the message, and memory may know of changes since. */
export function receiveChangeTarget(
  world: World,
  turn: Turn,
  read: { input: ChangeInput; askedAtHead: number; message: MessageEntry | null },
): void {
  const conversation = world.conversations.get(read.input.conversationId);
  if (read.message === null || conversation === undefined) settle(turn, read.input, 'not-found');
  else {
    // Where memory has moved on past all that happened since, the answer of the store may be out of date.
    if (conversation.firstSeq <= read.askedAtHead + 1) conversation.recall(read.message);
    changeMessage(world, turn, read.input);
  }
}

function changeFound(changing: Changing, message: MessageEntry): void {
  const { world, turn, conversation, input } = changing;
  if (input.type === 'message-deleted') endAnswer(world, turn, { streamId: message.id, status: 'stopped' });
  const latest = conversation.latest(message);
  const outcome = verdictOn(input, latest, world.options.limits.contentLengthMax);
  if (outcome === 'stored') append(changing, message);
  // A change that was made before may still be on its way to the store.
  else {
    conversation.lane.enqueue(turn, {
      writes: [],
      announce: (told) => settle(told, input, outcome),
      again: (later) => changeMessage(world, later, input),
    });
  }
}

function append({ world, turn, conversation, input }: Changing, message: MessageEntry): void {
  const seq = conversation.nextSeq;
  const kind = input.type === 'message-deleted' ? 'deleted' : 'edited';
  const entry: ChangeEntry = { kind, seq, messageId: message.id, by: input.by, createdAtMs: turn.nowMs };
  appendEntry(turn, {
    conversation,
    entry,
    changes: { messages: [message], patch: patchOf(input, seq) },
    announce: (told, [changed]) => {
      tellMembers(world, told, { conversation, frame: eventOf(conversation, entry, changed ?? null) });
      settle(told, input, 'stored');
    },
    again: (later) => changeMessage(world, later, input),
  });
}

function patchOf(input: ChangeInput, changedSeq: number): Patch {
  if (input.type === 'message-edited') {
    const content = input.content.trim();
    return (message) => ({ ...message, content, changedSeq });
  }
  return (message) => ({ ...message, content: '', metadata: undefined, deleted: true, changedSeq });
}

function verdictOn(input: ChangeInput, message: MessageEntry, contentLengthMax: number): ChangeOutcome {
  if (input.type === 'message-deleted') return message.deleted ? 'unchanged' : 'stored';
  const content = input.content.trim();
  if (message.deleted || message.stream === 'streaming') return 'refused';
  if (content === '' || content.length > contentLengthMax) return 'refused';
  return content === message.content ? 'unchanged' : 'stored';
}

function settle(turn: Turn, { changeId }: ChangeInput, outcome: ChangeOutcome): void {
  if (changeId !== undefined) turn.effects.push({ type: 'change-settled', changeId, outcome });
}
