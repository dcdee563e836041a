/** The port behind which messages become durable. */

import type { LogEntry, StoredState, StoreWrite } from '../engine/records.js';

export interface PageSpan {
  readonly conversationId: string;
  /** Exclusive. */
  readonly before: number;
  /** Counts messages; entries of other kinds between them are given too. */
  readonly limit: number;
}

export interface LogStore {
  /** Reads the newest `entriesMax` entries of each conversation, and everything else. */
  load(entriesMax: number): Promise<StoredState>;
  /** All or nothing, and durable once it resolves. A rejection leaves open which, so the server must end. */
  write(writes: readonly StoreWrite[]): Promise<void>;
  /** The newest messages before a place in the log, oldest first. */
  readPage(span: PageSpan): Promise<readonly LogEntry[]>;
  close(): Promise<void>;
}
