/** Every bound of the engine, in one place, with the values that suit a small server. */

export interface EngineLimits {
  /** UTF-16 code units of a message after trimming. */
  readonly contentLengthMax: number;
  /** Per user over all of their sockets; also the burst. */
  readonly messagesPerSecond: number;
  /** Frames of every kind, per user. */
  readonly framesPerSecond: number;
  readonly pagesPerSecond: number;
  /** Frames in one text; each counts on its own. With 1 no batches are announced. */
  readonly batchMax: number;
  /** A connection that breaks a rule this often within `violationsWindowMs` is closed with 4429. */
  readonly violationsMax: number;
  readonly violationsWindowMs: number;
  readonly connectionsPerUser: number;
  /** Producers remembered for one connection. */
  readonly producersMax: number;
  /** A repeated message is recognised for this long. */
  readonly dedupWindowMs: number;
  /** Messages remembered per user within the window. */
  readonly dedupPerUserMax: number;
  /** Log entries per conversation kept in memory; older ones are read from the store. */
  readonly retainedMax: number;
  /** Log entries per conversation that are kept at all; older ones are gone for good. */
  readonly retentionMax: number;
  /** Messages in a first `conversation_history` where the client names no limit. */
  readonly joinDefault: number;
  /** Messages in any `conversation_history`, those that only changed among them. */
  readonly joinMax: number;
  /** Messages in a `history_page`, events in a `range`. */
  readonly pageMax: number;
  /**
   * Bytes of the JSON of all messages in one `conversation_history`, `history_page` or `range`; one is given however long
   * it is. Clients drop a frame of more than 1,000,000 bytes, and one character may take six.
   */
  readonly pageBytesMax: number;
  /** Operations of one conversation that wait for the store. */
  readonly pendingMax: number;
  readonly openStreamsMax: number;
  /** UTF-16 code units of an answer. */
  readonly streamLengthMax: number;
  /** The text of an answer in progress is stored this often. */
  readonly streamPersistMs: number;
  /** Nesting of `metadata`; deeper JSON would overflow the stack when written back. */
  readonly metadataDepthMax: number;
}

const HOUR_MS = 3_600_000;

export const defaultLimits: EngineLimits = {
  contentLengthMax: 5_000,
  messagesPerSecond: 20,
  framesPerSecond: 60,
  pagesPerSecond: 5,
  batchMax: 64,
  violationsMax: 200,
  violationsWindowMs: 10_000,
  connectionsPerUser: 10,
  producersMax: 1_000,
  dedupWindowMs: 48 * HOUR_MS,
  dedupPerUserMax: 100_000,
  retainedMax: 2_000,
  retentionMax: Number.MAX_SAFE_INTEGER,
  joinDefault: 100,
  joinMax: 1_000,
  pageMax: 50,
  pageBytesMax: 262_144,
  pendingMax: 5_000,
  openStreamsMax: 16,
  streamLengthMax: 262_144,
  streamPersistMs: 1_000,
  metadataDepthMax: 32,
};
