/** Keeps everything until the process ends: for tests, and for a first look. */

import type { ConversationRecord, DedupRecord, LogEntry, StoreWrite, UserRecord } from '../engine/records.js';
import { dedupKeyOf } from './dedup-key.js';
import type { LogStore } from './log-store.js';

export function memoryLogStore(): LogStore {
  const users = new Map<string, UserRecord>();
  const conversations = new Map<string, ConversationRecord>();
  /** At index seq − 1, since seq counts from 1 without holes. */
  const logs = new Map<string, LogEntry[]>();
  const dedup = new Map<string, DedupRecord>();

  function apply(write: StoreWrite): void {
    switch (write.type) {
      case 'put-user':
        users.set(write.user.id, write.user);
        return;
      case 'put-conversation':
        conversations.set(write.conversation.id, write.conversation);
        return;
      case 'put-entry': {
        const log = logs.get(write.conversationId) ?? [];
        log[write.entry.seq - 1] = write.entry;
        logs.set(write.conversationId, log);
        return;
      }
      case 'put-dedup':
        dedup.set(dedupKeyOf(write.record), write.record);
        return;
      case 'drop-dedup':
        dedup.delete(dedupKeyOf(write.key));
    }
  }

  return {
    async load(entriesMax) {
      return {
        users: [...users.values()],
        conversations: [...conversations.values()].map((record) => ({
          record,
          entries: logs.get(record.id)?.slice(-entriesMax) ?? [],
        })),
        dedup: [...dedup.values()].sort((one, other) => one.storedAtMs - other.storedAtMs),
      };
    },
    async write(writes) {
      for (const write of writes) apply(write);
    },
    async readPage({ conversationId, before, limit }) {
      const page: LogEntry[] = [];
      const log = logs.get(conversationId) ?? [];
      let messages = 0;
      for (let seq = Math.min(before - 1, log.length); seq >= 1 && messages < limit; seq -= 1) {
        const entry = log[seq - 1];
        if (entry === undefined) continue;
        page.push(entry);
        if (entry.kind === 'message') messages += 1;
      }
      return page.reverse();
    },
    async close() {},
  };
}
