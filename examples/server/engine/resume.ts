/** Brings a client up to date on answers that are written, or were while it was away. */

import type { Conversation } from './conversation.js';
import type { MessageEntry } from './records.js';
import { endFrame } from './tell-answer.js';
import type { Turn } from './turn.js';
import { type Connection, tell, type World } from './world.js';

interface Resuming {
  readonly connection: Connection;
  readonly conversation: Conversation;
  /** What the client has of each answer that it knows. */
  readonly asked: readonly { readonly messageId: string; readonly offset: number }[];
  /** Messages that this client was just given whole. */
  readonly given: readonly MessageEntry[];
}

/** The answers that the client knows of, and those in the making that it cannot know of. */
export function resumeStreams(world: World, turn: Turn, resuming: Resuming): void {
  const { connection, conversation, asked, given } = resuming;
  const named = new Set<string>();
  for (const { messageId, offset } of asked) {
    if (named.has(messageId)) continue;
    named.add(messageId);
    resumeStream(world, turn, { connection, conversation, messageId, offset });
  }
  const givenIds = new Set(given.map((entry) => entry.id));
  for (const { id, seq } of conversation.openStreams.values()) {
    const entry = conversation.messageAt(seq);
    if (entry === null || named.has(id) || givenIds.has(id)) continue;
    tellSnapshot(world, turn, { connectionId: connection.id, entry });
  }
}

/** Tells one answer from an offset on, or its end alone where the offset is null. False where there is no such answer. */
export function resumeStream(
  world: World,
  turn: Turn,
  ask: { connection: Connection; conversation: Conversation | null; messageId: string; offset: number | null },
): boolean {
  const { connection, conversation, messageId, offset } = ask;
  const seq = conversation?.seqOf(messageId) ?? null;
  if (conversation === null || seq === null) return false;
  const entry = conversation.messageAt(seq);
  if (entry !== null) {
    bringUpToDate(world, turn, { connectionId: connection.id, entry, offset });
    return entry.stream !== null;
  }
  if (seq >= conversation.firstSeq) return false;
  if (seq >= conversation.oldestSeq) {
    const reason = { type: 'stream' as const, connectionId: connection.id, offset };
    turn.effects.push({
      type: 'read-entries',
      request: { conversationId: conversation.id, from: seq, to: seq, reason },
    });
    return true;
  }
  // It is over and gone for good, so it ends with what the client has of it.
  const payload = { id: messageId, length: offset ?? 0, status: 'failed' as const };
  if (offset !== null) tell(world, turn, { connectionId: connection.id, frame: { type: 'message_end', payload } });
  return offset !== null;
}

/**
 * The rest where the client is behind; everything where it is ahead, as after a crash that took text back, or where it
 * asks from the start, as after finding that its text differs.
 */
export function bringUpToDate(
  world: World,
  turn: Turn,
  stream: { connectionId: string; entry: MessageEntry; offset: number | null },
): void {
  const { connectionId, entry, offset } = stream;
  const { id, content } = entry;
  if (entry.stream === null) return;
  if (offset === 0 || (offset ?? 0) > content.length) tellSnapshot(world, turn, { connectionId, entry });
  else if (offset !== null && offset < content.length) {
    const payload = { id, offset, text: content.slice(offset) };
    tell(world, turn, { connectionId, frame: { type: 'message_delta', payload } });
  }
  if (entry.stream !== 'streaming') tell(world, turn, { connectionId, frame: endFrame(entry) });
}

function tellSnapshot(world: World, turn: Turn, snapshot: { connectionId: string; entry: MessageEntry }): void {
  const payload = { id: snapshot.entry.id, text: snapshot.entry.content };
  tell(world, turn, { connectionId: snapshot.connectionId, frame: { type: 'message_snapshot', payload } });
}
