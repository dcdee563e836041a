/** What another server has written to the store that it shares with this one: taken in, and told to whoever is here. */

import { closeStream, endAnswer, openStream } from './answers.js';
import { type Conversation, conversationIdOf } from './conversation.js';
import { eventOf } from './history.js';
import type { LaneWork } from './lane.js';
import { type DedupRecord, type LogEntry, type MessageEntry, type StoreWrite, seqsChangedBy } from './records.js';
import { tellEnd, tellMore, tellStart } from './tell-answer.js';
import type { SharingInput, Turn } from './turn.js';
import { accountOf, adoptConversation, tellMembers, type World } from './world.js';

type News = Extract<SharingInput, { type: 'written-elsewhere' }>;

/** What this server has under way in the same lane has lost its place, and is decided anew behind the news. */
export function takeIn(world: World, turn: Turn, { laneId, writes }: News): void {
  const conversation = world.conversations.get(conversationIdOf(laneId) ?? '');
  if (conversation === undefined) {
    takeInAll(world, turn, writes);
    return;
  }
  conversation.lane.overtaken(turn, (takenBack) => {
    conversation.rollBack();
    for (const record of unstoredIds(takenBack)) world.accounts.get(record.userId)?.dedup.remove(record);
    takeInAll(world, turn, writes);
    const expired = expiredIds(world, turn, takenBack);
    if (expired.length > 0) conversation.lane.enqueue(turn, { writes: expired, announce: () => {}, again: () => {} });
  });
}

/** Nobody goes on with the answers of a server that is gone. Each of the others says so; the first one's word counts. */
export function endAnswersOf(world: World, turn: Turn, serverId: string): void {
  for (const { id, writer } of [...world.openStreams.values()]) {
    if (writer === serverId) endAnswer(world, turn, { streamId: id, status: 'failed' });
  }
}

function unstoredIds(takenBack: readonly LaneWork[]): readonly DedupRecord[] {
  return takenBack.flatMap(({ writes }) =>
    writes.flatMap((write) => (write.type === 'put-dedup' ? [write.record] : [])),
  );
}

/** Memory has forgotten them, so nobody else would tell the store. */
function expiredIds(world: World, { nowMs }: Turn, takenBack: readonly LaneWork[]): readonly StoreWrite[] {
  return takenBack
    .flatMap(({ writes }) => writes)
    .filter((write) => {
      if (write.type !== 'drop-dedup') return false;
      const { userId, conversationId, messageId } = write.key;
      return (world.accounts.get(userId)?.dedup.find(conversationId, messageId, nowMs) ?? null) === null;
    });
}

function takeInAll(world: World, turn: Turn, writes: readonly StoreWrite[]): void {
  for (const [index, write] of writes.entries()) {
    switch (write.type) {
      case 'put-user':
        world.users.set(write.user.id, write.user);
        break;
      case 'put-conversation':
        adoptConversation(world, write.conversation);
        break;
      case 'put-dedup':
        accountOf(world, write.record.userId, turn.nowMs).dedup.add(write.record);
        break;
      case 'drop-dedup':
        world.accounts.get(write.key.userId)?.dedup.remove(write.key);
        break;
      case 'drop-entries':
        world.conversations.get(write.conversationId)?.forgetBefore(write.before);
        break;
      case 'extend-entry':
      case 'put-entry': {
        const conversation = world.conversations.get(write.conversationId);
        if (conversation === undefined) break;
        if (write.type === 'extend-entry') takeInText(world, turn, { conversation, ...write });
        else if (write.entry.seq <= conversation.headSeq)
          takeInChanged(world, turn, { conversation, entry: write.entry });
        else takeInNew(world, turn, { conversation, entry: write.entry, behind: writes.slice(index + 1) });
      }
    }
  }
}

function takeInNew(
  world: World,
  turn: Turn,
  news: { conversation: Conversation; entry: LogEntry; behind: readonly StoreWrite[] },
): void {
  const { conversation, entry, behind } = news;
  conversation.append(entry);
  conversation.advanceHead(entry.seq);
  // What the entry changed stands behind it in the same batch, and an edit is told with what it made.
  const changed = changedBy(conversation, entry, behind);
  for (const message of changed) conversation.replace(message);
  if (entry.kind === 'message' && entry.stream === 'streaming') {
    openStream(world, turn, { conversation, entry });
    tellStart(world, turn, { conversation, entry });
  } else tellMembers(world, turn, { conversation, frame: eventOf(conversation, entry, changed[0] ?? null) });
}

function changedBy(
  conversation: Conversation,
  entry: LogEntry,
  behind: readonly StoreWrite[],
): readonly MessageEntry[] {
  return seqsChangedBy(entry).flatMap((seq) => {
    const put = behind.find((write) => {
      return write.type === 'put-entry' && write.conversationId === conversation.id && write.entry.seq === seq;
    });
    return put?.type === 'put-entry' && put.entry.kind === 'message' ? [put.entry] : [];
  });
}

/** A message that is known already, with what has become of it: more text, an end, or a change that is told by itself. */
function takeInChanged(world: World, turn: Turn, news: { conversation: Conversation; entry: LogEntry }): void {
  const { conversation, entry } = news;
  if (entry.kind !== 'message') return;
  const stream = world.openStreams.get(entry.id);
  const offset = conversation.messageAt(entry.seq)?.content.length ?? 0;
  conversation.replace(entry);
  if (stream === undefined) return;
  const text = entry.content.slice(offset);
  if (text !== '') tellMore(world, turn, { stream, offset, text });
  if (entry.stream === 'streaming') return;
  closeStream(world, stream);
  turn.effects.push({ type: 'stop-answer', streamId: stream.id });
  tellEnd(world, turn, { stream, entry });
}

function takeInText(world: World, turn: Turn, news: { conversation: Conversation; seq: number; text: string }): void {
  const message = news.conversation.messageAt(news.seq);
  if (message === null) return;
  const entry = { ...message, content: message.content + news.text };
  takeInChanged(world, turn, { conversation: news.conversation, entry });
}
