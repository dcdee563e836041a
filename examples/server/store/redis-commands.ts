/** A batch of writes as the commands that carry it out, and where in Redis everything lies. */

import type { Redis } from 'ioredis';
import type { StoreWrite } from '../engine/records.js';
import { dedupKeyOf } from './dedup-key.js';
import { logEntry } from './record-schemas.js';

export const keys = {
  users: 'users',
  conversations: 'conversations',
  dedup: 'dedup',
  /** The newest place of each log, by conversation. */
  heads: 'heads',
  /** The oldest place of each log that was cut. */
  cuts: 'cuts',
  /** How often each lane was written to. */
  versions: 'versions',
  feed: 'feed',
  feedNumber: 'feed-number',
  /** Entries by place. */
  entries: (conversationId: string) => `entries:${conversationId}`,
  /** The text of an answer that has come since its entry was written. */
  text: (conversationId: string, seq: number) => `text:${conversationId}:${seq}`,
} as const;

export type Command = readonly string[];

export async function commandsFor(redis: Redis, writes: readonly StoreWrite[]): Promise<readonly Command[]> {
  const commands: Command[] = [];
  for (const write of writes) {
    if (write.type === 'drop-entries') commands.push(...(await dropCommands(redis, write)));
    else commands.push(...commandsOf(write));
  }
  return commands;
}

type DropWrite = Extract<StoreWrite, { type: 'drop-entries' }>;

function commandsOf(write: Exclude<StoreWrite, DropWrite>): readonly Command[] {
  switch (write.type) {
    case 'put-user':
      return [['HSET', keys.users, write.user.id, JSON.stringify(write.user)]];
    case 'put-conversation':
      return [['HSET', keys.conversations, write.conversation.id, JSON.stringify(write.conversation)]];
    case 'put-entry': {
      const { conversationId, entry } = write;
      const seq = String(entry.seq);
      return [
        ['HSET', keys.entries(conversationId), seq, JSON.stringify(entry)],
        ['ZADD', keys.heads, 'GT', seq, conversationId],
        ...(entry.kind === 'message' && entry.stream !== null ? [['DEL', keys.text(conversationId, entry.seq)]] : []),
      ];
    }
    case 'extend-entry':
      // As JSON, because a piece may end in the middle of a surrogate pair.
      return [['RPUSH', keys.text(write.conversationId, write.seq), JSON.stringify(write.text)]];
    case 'put-dedup':
      return [['HSET', keys.dedup, dedupKeyOf(write.record), JSON.stringify(write.record)]];
    case 'drop-dedup':
      return [['HDEL', keys.dedup, dedupKeyOf(write.key)]];
  }
}

/** With a retention the entries that Redis holds of one conversation are few enough to look through. */
async function dropCommands(redis: Redis, { conversationId, before }: DropWrite): Promise<readonly Command[]> {
  const key = keys.entries(conversationId);
  const old = (await redis.hkeys(key)).filter((seq) => Number(seq) < before);
  const values = old.length === 0 ? [] : await redis.hmget(key, ...old);
  const gone = old.filter((_, index) => {
    const entry = logEntry.parse(JSON.parse(values[index] ?? 'null'));
    return entry.kind !== 'message' || (entry.changedSeq ?? 0) < before;
  });
  const cut = ['HSET', keys.cuts, conversationId, String(before)];
  return gone.length === 0 ? [cut] : [cut, ['HDEL', key, ...gone]];
}
