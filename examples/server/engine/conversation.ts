/** One conversation's log in memory: the newest entries, the head, the members. */

import { Lane } from './lane.js';
import {
  type AssistantMode,
  type ConversationRecord,
  type LogEntry,
  type MessageEntry,
  type StoredConversation,
  seqOfMessageId,
} from './records.js';

/** An answer in the making; its entry is in the log from the start. */
export interface OpenStream {
  readonly id: string;
  readonly seq: number;
  readonly conversation: Conversation;
  /** The server that writes it, where several share a store; each sees to its own. */
  readonly writer: string | undefined;
  /** Connections younger than this learn of the stream by joining, not from its start. */
  readonly startedAtTick: number;
  persistedAtMs: number;
}

export interface LogBounds {
  readonly retainedMax: number;
  readonly retentionMax: number;
}

export type Patch = (message: MessageEntry) => MessageEntry;

/** Entries that are dropped from the store in one go. */
const DROP_SIZE = 256;

const LANE_PREFIX = 'conversation:';

export function laneIdOf(conversationId: string): string {
  return LANE_PREFIX + conversationId;
}

/** The conversation whose writes go through a lane; null for a lane of another kind. */
export function conversationIdOf(laneId: string): string | null {
  return laneId.startsWith(LANE_PREFIX) ? laneId.slice(LANE_PREFIX.length) : null;
}

export class Conversation {
  readonly id: string;
  readonly members: Set<string>;
  readonly lane: Lane;
  readonly openStreams = new Map<string, OpenStream>();
  readonly #bounds: LogBounds;
  #record: Omit<ConversationRecord, 'memberIds'>;
  /** Contiguous by seq. What lies behind the head waits for the store and is shown to nobody. */
  readonly #entries: LogEntry[];
  #headSeq: number;
  /** The store has forgotten what lies before it. */
  #droppedBefore: number;
  /** Messages older than `#entries` that are still in use: changed by one of those, or being written. */
  readonly #outside = new Map<number, MessageEntry>();
  /** Messages with changes on their way to the store, as they will be. */
  readonly #ahead = new Map<number, { message: MessageEntry; changes: number }>();

  constructor(stored: StoredConversation, bounds: LogBounds) {
    const { memberIds, ...record } = stored.record;
    this.id = record.id;
    this.#record = record;
    this.members = new Set(memberIds);
    this.lane = new Lane(laneIdOf(record.id));
    this.#bounds = bounds;
    this.#entries = [...stored.entries];
    this.#headSeq = this.#entries.at(-1)?.seq ?? 0;
    this.#droppedBefore = stored.oldestSeq;
    for (const message of stored.changed) this.#outside.set(message.seq, message);
  }

  get epoch(): string {
    return this.#record.epoch;
  }

  get isOpen(): boolean {
    return this.#record.isOpen;
  }

  get assistant(): AssistantMode {
    return this.#record.assistant;
  }

  get record(): ConversationRecord {
    return { ...this.#record, memberIds: [...this.members] };
  }

  /** The newest durable entry. */
  get headSeq(): number {
    return this.#headSeq;
  }

  /** The oldest entry that is not gone for good, or the one that will be. */
  get oldestSeq(): number {
    return Math.max(this.#droppedBefore, this.#headSeq - this.#bounds.retentionMax + 1);
  }

  /** The oldest entry in memory, or the one that will be. */
  get firstSeq(): number {
    return Math.max(this.#windowStart, this.oldestSeq);
  }

  get nextSeq(): number {
    return (this.#entries.at(-1)?.seq ?? this.#headSeq) + 1;
  }

  messageIdOf(seq: number): string {
    return `${this.epoch}.${seq}`;
  }

  /** Null for an id that is not from this log. */
  seqOf(messageId: string): number | null {
    const seq = seqOfMessageId(messageId);
    return seq !== null && messageId === this.messageIdOf(seq) ? seq : null;
  }

  /** Takes the next place in the log. The entry shows once `advanceHead` says that it is durable. */
  append(entry: LogEntry): void {
    this.#entries.push(entry);
  }

  advanceHead(seq: number): void {
    this.#headSeq = seq;
    const kept = Math.min(this.#bounds.retainedMax, this.#bounds.retentionMax);
    // Compacting at twice the bound keeps an append cheap.
    if (this.#entries.length <= 2 * kept) return;
    const excess = Math.min(this.#entries.length - kept, this.#headSeq - this.#windowStart);
    for (const entry of this.#entries.splice(0, excess)) {
      if (entry.kind === 'message') this.#outside.set(entry.seq, entry);
    }
    for (const message of this.#outside.values()) {
      if (!this.#isInUse(message)) this.#outside.delete(message.seq);
    }
  }

  entryAt(seq: number): LogEntry | null {
    return seq < this.oldestSeq ? null : (this.#entries[seq - this.#windowStart] ?? null);
  }

  /** A durable message that memory holds, be it for a younger entry that changed it. */
  messageAt(seq: number): MessageEntry | null {
    return seq > this.#headSeq ? null : this.#heldAt(seq);
  }

  /** What an open stream has so far, durable or not. */
  textOf(stream: OpenStream): MessageEntry | null {
    return this.#heldAt(stream.seq);
  }

  /** What the store has read, as it is by now. */
  current<Entry extends LogEntry>(entry: Entry): Entry | MessageEntry {
    return entry.kind === 'message' ? (this.messageAt(entry.seq) ?? afterCrash(entry)) : entry;
  }

  /** A durable message that memory holds and that is not gone for good. */
  messageById(id: string): MessageEntry | null {
    const seq = this.seqOf(id);
    return seq === null || seq < this.oldestSeq ? null : this.messageAt(seq);
  }

  /** The message with the changes that are still on their way to the store. */
  latest(message: MessageEntry): MessageEntry {
    return this.#ahead.get(message.seq)?.message ?? message;
  }

  /** Takes in a message that the store has read, so that it can be changed. */
  recall(message: MessageEntry): void {
    if (this.#heldAt(message.seq) === null) this.#outside.set(message.seq, afterCrash(message));
  }

  /** Begins a change and returns what is to be stored. Nobody sees it until `show`, once it is durable. */
  change(message: MessageEntry, patch: Patch): MessageEntry {
    const changed = patch(this.latest(message));
    const changes = (this.#ahead.get(message.seq)?.changes ?? 0) + 1;
    this.#ahead.set(message.seq, { message: changed, changes });
    return changed;
  }

  show(seq: number, patch: Patch): MessageEntry | null {
    const ahead = this.#ahead.get(seq);
    if (ahead !== undefined) ahead.changes -= 1;
    if (ahead?.changes === 0) this.#ahead.delete(seq);
    return this.#replace(seq, patch);
  }

  /** Another server has written first: what waits for the store here has no place in the log any more. */
  rollBack(): void {
    this.#entries.length = Math.max(0, this.#headSeq - this.#windowStart + 1);
    this.#ahead.clear();
  }

  /** The record as another server has stored it; of two that found the same conversation, the first names its log. */
  adopt({ memberIds, ...record }: ConversationRecord): void {
    this.#record = record;
    for (const memberId of memberIds) this.members.add(memberId);
  }

  /** A message as another server has stored it. */
  replace(message: MessageEntry): void {
    if (this.#replace(message.seq, () => message) === null) this.#outside.set(message.seq, message);
  }

  /** Another server has let the store forget. */
  forgetBefore(seq: number): void {
    this.#droppedBefore = Math.max(this.#droppedBefore, seq);
  }

  /** The place before which the store is to forget, from time to time. */
  takeDrop(): number | null {
    const { oldestSeq } = this;
    if (oldestSeq - this.#droppedBefore < Math.min(DROP_SIZE, this.#bounds.retentionMax)) return null;
    this.#droppedBefore = oldestSeq;
    return oldestSeq;
  }

  get #windowStart(): number {
    return this.#entries[0]?.seq ?? this.#headSeq + 1;
  }

  #isInUse({ seq, id, changedSeq }: MessageEntry): boolean {
    return this.openStreams.has(id) || this.#ahead.has(seq) || (changedSeq ?? 0) >= this.firstSeq;
  }

  #heldAt(seq: number): MessageEntry | null {
    const entry = this.#entries[seq - this.#windowStart] ?? this.#outside.get(seq);
    return entry?.kind === 'message' ? entry : null;
  }

  #replace(seq: number, patch: Patch): MessageEntry | null {
    const held = this.#heldAt(seq);
    if (held === null) return null;
    const patched = patch(held);
    const index = seq - this.#windowStart;
    if (index >= 0) this.#entries[index] = patched;
    else this.#outside.set(seq, patched);
    return patched;
  }
}

/** An answer that the store calls unfinished and that nobody writes was cut off by a crash. */
export function afterCrash<Entry extends LogEntry>(entry: Entry): Entry {
  return entry.kind === 'message' && entry.stream === 'streaming' ? { ...entry, stream: 'failed' } : entry;
}
