/** Keeps everything in a folder, through LevelDB: one batch is one atomic, synced write. */

import { Level } from 'level';
import { z } from 'zod';
import type { DedupRecord, LogEntry, StoredConversation, StoreWrite } from '../engine/records.js';
import { dedupKeyOf } from './dedup-key.js';
import type { LogStore } from './log-store.js';
import { conversationRecord, dedupRecord, logEntry, userRecord } from './record-schemas.js';

/** Wide enough for every safe integer, so that text order is number order. */
const SEQ_DIGITS = 16;

export interface LevelLogStoreOptions {
  readonly directory: string;
  /** Off, a crash of the machine (not of the process) may lose the last moments. */
  readonly isSynced?: boolean;
}

/** Rejects where the folder cannot be written or another process holds it. */
export async function levelLogStore({ directory, isSynced = true }: LevelLogStoreOptions): Promise<LogStore> {
  const shelves = shelvesIn(new Level<string, unknown>(directory, { valueEncoding: 'json' }));
  await shelves.level.open();
  return {
    async load(entriesMax) {
      const conversations: StoredConversation[] = [];
      for await (const value of shelves.conversations.values()) {
        conversations.push(await loadConversation(shelves, value, entriesMax));
      }
      const users = z.array(userRecord).parse(await shelves.users.values().all());
      return { users, conversations, dedup: await loadDedup(shelves) };
    },
    async write(writes) {
      const batch = shelves.level.batch();
      for (const write of writes) add(shelves, batch, write);
      await batch.write({ sync: isSynced });
    },
    async readPage({ conversationId, before, limit }) {
      const page: LogEntry[] = [];
      let messages = 0;
      for await (const entry of entriesBefore(shelves, conversationId, before)) {
        page.push(entry);
        if (entry.kind === 'message') messages += 1;
        if (messages >= limit) break;
      }
      return page.reverse();
    },
    close: () => shelves.level.close(),
  };
}

type Database = Level<string, unknown>;
type Shelves = ReturnType<typeof shelvesIn>;

function shelvesIn(level: Database) {
  const json = { valueEncoding: 'json' };
  return {
    level,
    users: level.sublevel<string, unknown>('users', json),
    conversations: level.sublevel<string, unknown>('conversations', json),
    entries: level.sublevel<string, unknown>('entries', json),
    dedup: level.sublevel<string, unknown>('dedup', json),
  };
}

function add(shelves: Shelves, batch: ReturnType<Database['batch']>, write: StoreWrite): void {
  switch (write.type) {
    case 'put-user':
      batch.put(write.user.id, write.user, { sublevel: shelves.users });
      return;
    case 'put-conversation':
      batch.put(write.conversation.id, write.conversation, { sublevel: shelves.conversations });
      return;
    case 'put-entry':
      batch.put(entryKey(write.conversationId, write.entry.seq), write.entry, { sublevel: shelves.entries });
      return;
    case 'put-dedup':
      batch.put(dedupKeyOf(write.record), write.record, { sublevel: shelves.dedup });
      return;
    case 'drop-dedup':
      batch.del(dedupKeyOf(write.key), { sublevel: shelves.dedup });
  }
}

async function loadConversation(shelves: Shelves, value: unknown, entriesMax: number): Promise<StoredConversation> {
  const record = conversationRecord.parse(value);
  const newest: LogEntry[] = [];
  for await (const entry of entriesBefore(shelves, record.id, Number.MAX_SAFE_INTEGER)) {
    if (newest.push(entry) >= entriesMax) break;
  }
  return { record, entries: newest.reverse() };
}

async function loadDedup(shelves: Shelves): Promise<readonly DedupRecord[]> {
  const records = z.array(dedupRecord).parse(await shelves.dedup.values().all());
  return records.sort((one, other) => one.storedAtMs - other.storedAtMs);
}

/** Newest first. */
async function* entriesBefore(shelves: Shelves, conversationId: string, before: number): AsyncGenerator<LogEntry> {
  const range = { gte: entryKey(conversationId, 0), lt: entryKey(conversationId, before), reverse: true };
  for await (const value of shelves.entries.values(range)) yield logEntry.parse(value);
}

/** Ids of conversations are the server's own and hold no “!”. */
function entryKey(conversationId: string, seq: number): string {
  return `${conversationId}!${String(seq).padStart(SEQ_DIGITS, '0')}`;
}
