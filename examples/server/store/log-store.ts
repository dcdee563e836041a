/** The port behind which messages become durable. */

import type { LogEntry, MessageEntry, StoredState, StoreWrite } from '../engine/records.js';

export interface PageSpan {
  readonly conversationId: string;
  /** Exclusive at both ends. */
  readonly after: number;
  readonly before: number;
  /** Counts messages; entries of other kinds between them are given too. */
  readonly limit: number;
}

export interface EntrySpan {
  readonly conversationId: string;
  /** Both ends included. */
  readonly from: number;
  readonly to: number;
}

export interface StoredSpan {
  /** Oldest first. */
  readonly entries: readonly LogEntry[];
  /** Messages that these entries changed, where they lie outside of the span. */
  readonly changed: readonly MessageEntry[];
}

export interface LogStore {
  /** Reads the newest `entriesMax` entries of each conversation, the older messages that they changed, and all else. */
  load(entriesMax: number): Promise<StoredState>;
  /** All or nothing, and durable once it resolves. A rejection leaves open which, so the server must end. */
  write(writes: readonly StoreWrite[]): Promise<void>;
  /** The newest messages before a place in the log, oldest first. */
  readPage(span: PageSpan): Promise<readonly LogEntry[]>;
  /** A stretch of the log, as far as it is kept. */
  readEntries(span: EntrySpan): Promise<StoredSpan>;
  close(): Promise<void>;
}
