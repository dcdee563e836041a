/** Keeps everything in a folder, through LevelDB: one batch is one atomic, synced write. */

import { Level } from 'level';
import { z } from 'zod';
import {
  type DedupRecord,
  type LogEntry,
  type MessageEntry,
  type StoredConversation,
  type StoreWrite,
  seqsChangedBy,
} from '../engine/records.js';
import { dedupKeyOf } from './dedup-key.js';
import type { LogStore, StoredSpan } from './log-store.js';
import { conversationRecord, cutRecord, dedupRecord, logEntry, userRecord } from './record-schemas.js';
import { inGroups } from './write-groups.js';

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
    write: inGroups(async (writes) => {
      const batch = shelves.level.batch();
      for (const write of writes) {
        if (write.type === 'drop-entries') await addDrop(shelves, batch, write);
        else add(shelves, batch, write);
      }
      await batch.write({ sync: isSynced });
    }),
    async readPage({ conversationId, after, before, limit }) {
      const page: LogEntry[] = [];
      let messages = 0;
      for await (const entry of newestFirst(shelves, { conversationId, from: after + 1, to: before - 1 })) {
        page.push(entry);
        if (entry.kind === 'message') messages += 1;
        if (messages >= limit) break;
      }
      return page.reverse();
    },
    async readEntries({ conversationId, from, to }) {
      const newest: LogEntry[] = [];
      const oldestSeq = await oldestSeqOf(shelves, conversationId);
      const span = { conversationId, from: Math.max(from, oldestSeq), to };
      for await (const entry of newestFirst(shelves, span)) newest.push(entry);
      return withChanged(shelves, conversationId, newest.reverse());
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
    /** The oldest place of each log that was cut. */
    cuts: level.sublevel<string, unknown>('cuts', json),
  };
}

type Batch = ReturnType<Database['batch']>;
type DropWrite = Extract<StoreWrite, { type: 'drop-entries' }>;

function add(shelves: Shelves, batch: Batch, write: Exclude<StoreWrite, DropWrite>): void {
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
      return;
    case 'extend-entry':
      return;
  }
}

async function addDrop(shelves: Shelves, batch: Batch, { conversationId, before }: DropWrite): Promise<void> {
  batch.put(conversationId, before, { sublevel: shelves.cuts });
  for await (const entry of newestFirst(shelves, { conversationId, from: 0, to: before - 1 })) {
    const isChangedSince = entry.kind === 'message' && (entry.changedSeq ?? 0) >= before;
    if (!isChangedSince) batch.del(entryKey(conversationId, entry.seq), { sublevel: shelves.entries });
  }
}

async function loadConversation(shelves: Shelves, value: unknown, entriesMax: number): Promise<StoredConversation> {
  const record = conversationRecord.parse(value);
  const oldestSeq = await oldestSeqOf(shelves, record.id);
  const newest: LogEntry[] = [];
  const span = { conversationId: record.id, from: oldestSeq, to: Number.MAX_SAFE_INTEGER };
  for await (const entry of newestFirst(shelves, span)) {
    if (newest.push(entry) >= entriesMax) break;
  }
  return { record, oldestSeq, ...(await withChanged(shelves, record.id, newest.reverse())) };
}

/** Adds the messages that these entries changed, where they are older. */
async function withChanged(
  shelves: Shelves,
  conversationId: string,
  entries: readonly LogEntry[],
): Promise<StoredSpan> {
  const first = entries[0]?.seq ?? 0;
  const seqs = new Set(entries.flatMap(seqsChangedBy).filter((seq) => seq < first));
  const stored = await shelves.entries.getMany([...seqs].map((seq) => entryKey(conversationId, seq)));
  const changed: MessageEntry[] = [];
  for (const value of stored) {
    const entry = value === undefined ? null : logEntry.parse(value);
    if (entry?.kind === 'message') changed.push(entry);
  }
  return { entries, changed };
}

async function oldestSeqOf(shelves: Shelves, conversationId: string): Promise<number> {
  return cutRecord.parse(await shelves.cuts.get(conversationId));
}

async function loadDedup(shelves: Shelves): Promise<readonly DedupRecord[]> {
  const records = z.array(dedupRecord).parse(await shelves.dedup.values().all());
  return records.sort((one, other) => one.storedAtMs - other.storedAtMs);
}

async function* newestFirst(
  shelves: Shelves,
  { conversationId, from, to }: { conversationId: string; from: number; to: number },
): AsyncGenerator<LogEntry> {
  const range = { gte: entryKey(conversationId, from), lte: entryKey(conversationId, to), reverse: true };
  for await (const value of shelves.entries.values(range)) yield logEntry.parse(value);
}

/** Ids of conversations are the server's own and hold no “!”. */
function entryKey(conversationId: string, seq: number): string {
  return `${conversationId}!${String(seq).padStart(SEQ_DIGITS, '0')}`;
}
