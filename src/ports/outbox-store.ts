/** Keeps the outbox across reloads and crashes, for one user and one server. */
export interface OutboxStore {
  /** For logs and devtools: `memory`, `indexed-db`. */
  readonly name: string;
  /** What it keeps outlives the page, so it needs to know whose it is: the client then insists on `identity`. */
  readonly isDurable: boolean;
  /**
   * Opens this client's part of the store: at its first `connect` or `send`, and at the next one after each `close`.
   * Never called before the rows of the time before were closed. Rejects where it cannot be opened: the client then
   * works in memory and tells so with one `error` event. A store that answers nothing for 30 s, here or later, counts
   * as broken.
   */
  open(request: OutboxStoreRequest): Promise<OutboxRows>;
}

export interface OutboxStoreRequest {
  /** The user and the server that the rows belong to; rows of another namespace are never seen. */
  readonly namespace: string;
  readonly events: OutboxStoreEvents;
  /**
   * What `logouts` was when this client last let go of the store; undefined if it remembers nothing of before. If it
   * is another one now, `wiped` is to be told before anything else: what this client remembers was logged out.
   */
  readonly logoutsKnown?: number | undefined;
}

/** What a store tells on its own account, after `open` was called and never after `close` resolved. */
export interface OutboxStoreEvents {
  /**
   * Rows that nobody else will send: left by an earlier life of this client or by a tab that died. They are this
   * client's from now on, in the order of their sending. Those that can be had at once are handed over before `open`
   * resolves: of the rows that this client had when it was closed, the rest counts as taken by another.
   */
  adopted(rows: readonly StoredMessage[]): void;
  /** Rows that could not be read were set aside; the others go on. */
  setAside(count: number): void;
  /**
   * Another tab took these rows over while this one was frozen, so they are not this client's any more: it must not
   * remove them from the store, and sends them again only where the server knows a repeat. Ids it does not know are no
   * error. Without `lost` the two would send one message from two connections.
   */
  lost(ids: readonly string[]): void;
  /**
   * Another tab logged this identity out, now or while this client had let go: every row of before is gone. A `put` from
   * before this was told is not kept after it: it rejects.
   */
  wiped(): void;
  /** The store broke down for good and keeps nothing more; calls that follow reject. */
  failed(cause: unknown): void;
}

/** The rows that belong to this client. Operations take effect in the order of their calls. */
export interface OutboxRows {
  /** Another number after each logout of this namespace that this client has heard of or made. Without it, none is missed. */
  readonly logouts?: number | undefined;
  /**
   * Adds a row, or replaces the one of the same id. Settles once it is committed, nothing of it is sent before that;
   * `undefined` instead of a promise where there is nothing to wait for. Rejects, and holds nothing of it, where the
   * store has no room or is broken.
   */
  put(row: StoredMessage): Promise<void> | undefined;
  /** Forgets a row. Unknown ids are no error; one that another tab took over stays there, and `lost` tells so before this settles. */
  remove(id: string): Promise<void> | undefined;
  /** `logout`: forgets every row of the namespace, of all tabs, even if this page dies half way. */
  wipe(): Promise<void> | undefined;
  /** Lets go, after all that was asked before: the rows stay, and another client may adopt them at once. */
  close(): Promise<void> | undefined;
}

/** A message on its way out, as plain data: what structured clone and JSON can carry. */
export interface StoredMessage {
  /** The `clientMessageId`. */
  readonly id: string;
  readonly conversationId: string;
  readonly content: string;
  /** What JSON can say; `null` for nothing. */
  readonly metadata: unknown;
  readonly inReplyTo: string | null;
  /** Unix time in milliseconds. */
  readonly queuedAtMs: number;
  /** Unix time in milliseconds after which it is not sent any more; null for never. */
  readonly expiresAtMs: number | null;
  /** Its place among the messages of its sender. */
  readonly order: number;
  /** When it was first handed to a connection, Unix time in milliseconds; null if it never was, so no server can have it. */
  readonly transmittedAtMs: number | null;
}
