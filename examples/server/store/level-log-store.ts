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
  const level = new Level<string, unknown>(directory, { valueEncoding: 'json' });
  await level.open();
  const json = { valueEncoding: 'json' };
  const users = level.sublevel<string, unknown>('users', json);
  const conversations = level.sublevel<string, unknown>('conversations', json);
  const entries = level.sublevel<string, unknown>('entries', json);
  const dedup = level.sublevel<string, unknown>('dedup', json);

  function add(batch: ReturnType<typeof level.batch>, write: StoreWrite): void {
    switch (write.type) {
      case 'put-user':
        batch.put(write.user.id, write.user, { sublevel: users });
        return;
      case 'put-conversation':
        batch.put(write.conversation.id, write.conversation, { sublevel: conversations });
        return;
      case 'put-entry':
        batch.put(entryKey(write.conversationId, write.entry.seq), write.entry, { sublevel: entries });
        return;
      case 'put-dedup':
        batch.put(dedupKeyOf(write.record), write.record, { sublevel: dedup });
        return;
      case 'drop-dedup':
        batch.del(dedupKeyOf(write.key), { sublevel: dedup });
    }
  }

  /** Newest first. */
  async function* entriesBefore(conversationId: string, before: number): AsyncGenerator<LogEntry> {
    const range = { gte: entryKey(conversationId, 0), lt: entryKey(conversationId, before), reverse: true };
    for await (const value of entries.values(range)) yield logEntry.parse(value);
  }

  async function loadConversation(value: unknown, entriesMax: number): Promise<StoredConversation> {
    const record = conversationRecord.parse(value);
    const newest: LogEntry[] = [];
    for await (const entry of entriesBefore(record.id, Number.MAX_SAFE_INTEGER)) {
      if (newest.push(entry) >= entriesMax) break;
    }
    return { record, entries: newest.reverse() };
  }

  async function loadDedup(): Promise<readonly DedupRecord[]> {
    const records = z.array(dedupRecord).parse(await dedup.values().all());
    return records.sort((one, other) => one.storedAtMs - other.storedAtMs);
  }

  return {
    async load(entriesMax) {
      const loaded: StoredConversation[] = [];
      for await (const value of conversations.values()) loaded.push(await loadConversation(value, entriesMax));
      const knownUsers = z.array(userRecord).parse(await users.values().all());
      return { users: knownUsers, conversations: loaded, dedup: await loadDedup() };
    },
    async write(writes) {
      const batch = level.batch();
      for (const write of writes) add(batch, write);
      await batch.write({ sync: isSynced });
    },
    async readPage({ conversationId, before, limit }) {
      const page: LogEntry[] = [];
      let messages = 0;
      for await (const entry of entriesBefore(conversationId, before)) {
        page.push(entry);
        if (entry.kind === 'message') messages += 1;
        if (messages >= limit) break;
      }
      return page.reverse();
    },
    close: () => level.close(),
  };
}

/** Ids of conversations are the server's own and hold no “!”. */
function entryKey(conversationId: string, seq: number): string {
  return `${conversationId}!${String(seq).padStart(SEQ_DIGITS, '0')}`;
}
