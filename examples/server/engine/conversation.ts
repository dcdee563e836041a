/** One conversation's log in memory: the newest entries, the head, the members. */

import { Lane } from './lane.js';
import type { AssistantMode, ConversationRecord, LogEntry, MessageEntry, StoredConversation } from './records.js';

/** An answer in the making; its entry is in the log from the start. */
export interface OpenStream {
  readonly id: string;
  readonly conversation: Conversation;
  /** Connections younger than this learn of the stream by joining, not from its start. */
  readonly startedAtTick: number;
  persistedAtMs: number;
  /** Kept here too, for the log in memory may move on while a long answer is written. */
  entry: MessageEntry;
}

export class Conversation {
  readonly id: string;
  readonly epoch: string;
  readonly isOpen: boolean;
  readonly assistant: AssistantMode;
  readonly members: Set<string>;
  readonly lane: Lane;
  readonly openStreams = new Map<string, OpenStream>();
  readonly #retainedMax: number;
  /** Contiguous by seq. What lies behind the head waits for the store and is shown to nobody. */
  #entries: LogEntry[];
  #headSeq: number;

  constructor(stored: StoredConversation, retainedMax: number) {
    this.id = stored.record.id;
    this.epoch = stored.record.epoch;
    this.isOpen = stored.record.isOpen;
    this.assistant = stored.record.assistant;
    this.members = new Set(stored.record.memberIds);
    this.lane = new Lane(`conversation:${stored.record.id}`);
    this.#retainedMax = retainedMax;
    this.#entries = [...stored.entries];
    this.#headSeq = this.#entries.at(-1)?.seq ?? 0;
  }

  get record(): ConversationRecord {
    const { id, epoch, isOpen, assistant } = this;
    return { id, epoch, isOpen, assistant, memberIds: [...this.members] };
  }

  /** The newest durable entry. */
  get headSeq(): number {
    return this.#headSeq;
  }

  /** The oldest entry in memory, or the one that will be. */
  get firstSeq(): number {
    return this.#entries[0]?.seq ?? this.#headSeq + 1;
  }

  get nextSeq(): number {
    return (this.#entries.at(-1)?.seq ?? this.#headSeq) + 1;
  }

  messageIdOf(seq: number): string {
    return `${this.epoch}.${seq}`;
  }

  /** Takes the next place in the log. The entry shows once `advanceHead` says that it is durable. */
  append(entry: LogEntry): void {
    this.#entries.push(entry);
  }

  replace(entry: MessageEntry): void {
    const stream = this.openStreams.get(entry.id);
    if (stream !== undefined) stream.entry = entry;
    const index = entry.seq - this.firstSeq;
    if (index >= 0 && index < this.#entries.length) this.#entries[index] = entry;
  }

  advanceHead(seq: number): void {
    this.#headSeq = seq;
    // Compacting at twice the bound keeps an append cheap.
    if (this.#entries.length > 2 * this.#retainedMax) {
      const excess = Math.min(this.#entries.length - this.#retainedMax, this.#headSeq - this.firstSeq);
      this.#entries.splice(0, excess);
    }
  }

  entryAt(seq: number): LogEntry | null {
    return this.#entries[seq - this.firstSeq] ?? null;
  }

  /** A durable message that is still in memory. */
  messageById(id: string): MessageEntry | null {
    if (!id.startsWith(`${this.epoch}.`)) return null;
    const seq = Number(id.slice(this.epoch.length + 1));
    const entry = Number.isSafeInteger(seq) && seq <= this.#headSeq ? this.entryAt(seq) : null;
    return entry?.kind === 'message' && entry.id === id ? entry : null;
  }
}
