/** Reads what Redis keeps. */

import type { Redis } from 'ioredis';
import { laneIdOf } from '../engine/conversation.js';
import {
  type DedupRecord,
  type LogEntry,
  type MessageEntry,
  type StoredConversation,
  seqsChangedBy,
  type UserRecord,
} from '../engine/records.js';
import type { EntrySpan, PageSpan, StoredSpan } from './log-store.js';
import { conversationRecord, cutRecord, dedupRecord, logEntry, userRecord } from './record-schemas.js';
import { keys } from './redis-commands.js';

export interface LoadedConversation {
  readonly laneId: string;
  /** How often its lane had been written to when it was read. */
  readonly version: number;
  readonly stored: StoredConversation;
}

/** Places that are read in one go. */
const STRIDE = 500;

export class RedisReader {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async users(): Promise<readonly UserRecord[]> {
    return (await this.#redis.hvals(keys.users)).map((text) => userRecord.parse(JSON.parse(text)));
  }

  async dedup(): Promise<readonly DedupRecord[]> {
    const records = (await this.#redis.hvals(keys.dedup)).map((text) => dedupRecord.parse(JSON.parse(text)));
    return records.sort((one, other) => one.storedAtMs - other.storedAtMs);
  }

  async conversations(entriesMax: number): Promise<readonly LoadedConversation[]> {
    const ids = (await this.#redis.hkeys(keys.conversations)).sort();
    return Promise.all(ids.map((id) => this.#conversation(id, entriesMax)));
  }

  /** The newest messages of the span, counted, with what lies between them. */
  async readPage({ conversationId, after, before, limit }: PageSpan): Promise<readonly LogEntry[]> {
    const page: LogEntry[] = [];
    let messages = 0;
    let to = Math.min(before - 1, await this.#headOf(conversationId));
    while (to > after) {
      const from = Math.max(after + 1, to - STRIDE + 1);
      for (const entry of (await this.#entries({ conversationId, from, to })).toReversed()) {
        page.push(entry);
        if (entry.kind === 'message') messages += 1;
        if (messages >= limit) return page.reverse();
      }
      to = from - 1;
    }
    return page.reverse();
  }

  async readEntries({ conversationId, from, to }: EntrySpan): Promise<StoredSpan> {
    const oldestSeq = await this.#oldestOf(conversationId);
    const head = await this.#headOf(conversationId);
    const span = { conversationId, from: Math.max(from, oldestSeq), to: Math.min(to, head) };
    return this.#withChanged(conversationId, await this.#entries(span));
  }

  /** Reads again where somebody wrote in between, so that all of it is of one moment. */
  async #conversation(id: string, entriesMax: number): Promise<LoadedConversation> {
    const laneId = laneIdOf(id);
    for (;;) {
      const version = await this.#redis.hget(keys.versions, laneId);
      const stored = await this.#storedConversation(id, entriesMax);
      if ((await this.#redis.hget(keys.versions, laneId)) === version) {
        return { laneId, version: Number(version ?? 0), stored };
      }
    }
  }

  async #storedConversation(id: string, entriesMax: number): Promise<StoredConversation> {
    const record = conversationRecord.parse(JSON.parse((await this.#redis.hget(keys.conversations, id)) ?? 'null'));
    const oldestSeq = await this.#oldestOf(id);
    const to = await this.#headOf(id);
    const from = Math.max(oldestSeq, to - entriesMax + 1);
    const span = await this.#withChanged(id, await this.#entries({ conversationId: id, from, to }));
    const whole = <Entry extends LogEntry>(entry: Entry) => this.#whole(id, entry);
    const entries = await Promise.all(span.entries.map(whole));
    return { record, oldestSeq, entries, changed: await Promise.all(span.changed.map(whole)) };
  }

  /** An answer in the making with the text that has come since its entry was written. */
  async #whole<Entry extends LogEntry>(conversationId: string, entry: Entry): Promise<Entry> {
    if (entry.kind !== 'message' || entry.stream !== 'streaming') return entry;
    const pieces = await this.#redis.lrange(keys.text(conversationId, entry.seq), 0, -1);
    return { ...entry, content: entry.content + pieces.map((piece) => String(JSON.parse(piece))).join('') };
  }

  /** Adds the messages that these entries changed, where they are older. */
  async #withChanged(conversationId: string, entries: readonly LogEntry[]): Promise<StoredSpan> {
    const first = entries[0]?.seq ?? 0;
    const seqs = [...new Set(entries.flatMap(seqsChangedBy).filter((seq) => seq < first))];
    const stored = await this.#entriesAt(conversationId, seqs);
    return { entries, changed: stored.filter((entry): entry is MessageEntry => entry.kind === 'message') };
  }

  async #entries({ conversationId, from, to }: EntrySpan): Promise<readonly LogEntry[]> {
    const found: LogEntry[] = [];
    for (let start = from; start <= to; start += STRIDE) {
      const size = Math.min(STRIDE, to - start + 1);
      found.push(
        ...(await this.#entriesAt(
          conversationId,
          Array.from({ length: size }, (_, index) => start + index),
        )),
      );
    }
    return found;
  }

  async #entriesAt(conversationId: string, seqs: readonly number[]): Promise<readonly LogEntry[]> {
    if (seqs.length === 0) return [];
    const texts = await this.#redis.hmget(keys.entries(conversationId), ...seqs.map(String));
    return texts.flatMap((text) => (text === null ? [] : [logEntry.parse(JSON.parse(text))]));
  }

  async #oldestOf(conversationId: string): Promise<number> {
    const cut = await this.#redis.hget(keys.cuts, conversationId);
    return cutRecord.parse(cut === null ? undefined : Number(cut));
  }

  async #headOf(conversationId: string): Promise<number> {
    return Number((await this.#redis.zscore(keys.heads, conversationId)) ?? 0);
  }
}
