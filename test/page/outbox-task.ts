/** What a page is asked for in its address. */
export interface OutboxTask {
  readonly url: string;
  /** Connects, until it is told that everything has arrived. */
  readonly delivers: boolean;
  /** Messages that are sent without a connection; the page tells when all are persisted. */
  readonly writes: readonly string[];
}
