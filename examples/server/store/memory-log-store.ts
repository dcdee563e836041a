/** Keeps everything until the process ends: for tests, and for a first look. */

import {
  type ConversationRecord,
  type DedupRecord,
  type LogEntry,
  type MessageEntry,
  type StoredConversation,
  type StoreWrite,
  seqsChangedBy,
  type UserRecord,
} from '../engine/records.js';
import { dedupKeyOf } from './dedup-key.js';
import type { LogStore, PageSpan } from './log-store.js';

interface Log {
  readonly entries: Map<number, LogEntry>;
  headSeq: number;
  oldestSeq: number;
}

export function memoryLogStore(): LogStore {
  const users = new Map<string, UserRecord>();
  const conversations = new Map<string, ConversationRecord>();
  const logs = new Map<string, Log>();
  const dedup = new Map<string, DedupRecord>();

  function logOf(conversationId: string): Log {
    const log = logs.get(conversationId) ?? { entries: new Map(), headSeq: 0, oldestSeq: 1 };
    logs.set(conversationId, log);
    return log;
  }

  function apply(write: StoreWrite): void {
    switch (write.type) {
      case 'put-user':
        users.set(write.user.id, write.user);
        return;
      case 'put-conversation':
        conversations.set(write.conversation.id, write.conversation);
        return;
      case 'put-entry': {
        const log = logOf(write.conversationId);
        log.entries.set(write.entry.seq, write.entry);
        log.headSeq = Math.max(log.headSeq, write.entry.seq);
        return;
      }
      case 'drop-entries':
        drop(logOf(write.conversationId), write.before);
        return;
      case 'put-dedup':
        dedup.set(dedupKeyOf(write.record), write.record);
        return;
      case 'extend-entry':
        return;
      case 'drop-dedup':
        dedup.delete(dedupKeyOf(write.key));
    }
  }

  return {
    async load(entriesMax) {
      return {
        users: [...users.values()],
        conversations: [...conversations.values()].map((record) => newestOf(record, logOf(record.id), entriesMax)),
        dedup: [...dedup.values()].sort((one, other) => one.storedAtMs - other.storedAtMs),
      };
    },
    async write(writes) {
      for (const write of writes) apply(write);
    },
    async readPage({ conversationId, after, before, limit }) {
      return pageOf(logOf(conversationId), { after, before, limit });
    },
    async readEntries({ conversationId, from, to }) {
      const log = logOf(conversationId);
      return spanOf(log, Math.max(from, log.oldestSeq), Math.min(to, log.headSeq));
    },
    async close() {},
  };
}

function newestOf(record: ConversationRecord, log: Log, entriesMax: number): StoredConversation {
  const { oldestSeq, headSeq } = log;
  return { record, oldestSeq, ...spanOf(log, Math.max(oldestSeq, headSeq - entriesMax + 1), headSeq) };
}

/** The newest entries of the span up to a count of messages, oldest first. */
function pageOf(log: Log, { after, before, limit }: Omit<PageSpan, 'conversationId'>): readonly LogEntry[] {
  const page: LogEntry[] = [];
  let messages = 0;
  for (let seq = Math.min(before - 1, log.headSeq); seq > after && messages < limit; seq -= 1) {
    const entry = log.entries.get(seq);
    if (entry === undefined) continue;
    page.push(entry);
    if (entry.kind === 'message') messages += 1;
  }
  return page.reverse();
}

function spanOf(
  log: Log,
  from: number,
  to: number,
): { entries: readonly LogEntry[]; changed: readonly MessageEntry[] } {
  const entries: LogEntry[] = [];
  const changed = new Map<number, MessageEntry>();
  for (let seq = from; seq <= to; seq += 1) {
    const entry = log.entries.get(seq);
    if (entry === undefined) continue;
    entries.push(entry);
    for (const target of seqsChangedBy(entry)) {
      const message = target < from ? log.entries.get(target) : undefined;
      if (message?.kind === 'message') changed.set(target, message);
    }
  }
  return { entries, changed: [...changed.values()] };
}

function drop(log: Log, before: number): void {
  log.oldestSeq = Math.max(log.oldestSeq, before);
  for (const [seq, entry] of log.entries) {
    const lastSeq = entry.kind === 'message' ? Math.max(seq, entry.changedSeq ?? 0) : seq;
    if (lastSeq < before) log.entries.delete(seq);
  }
}
