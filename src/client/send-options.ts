/** What may go with a message. */
export interface SendOptions<Metadata = unknown> {
  /** The application's own payload: anything JSON can say. */
  readonly metadata?: Metadata;
  /** The server's id of the message that this one answers. */
  readonly inReplyTo?: string;
  /**
   * How long the message is of use, connected or not. Milliseconds, above 0; default `outbox.ageMaxMs`, which also is
   * the most. Then it fails with `delivery/expired`; its `fields.outcome` is `not-sent` if no server can have it, else
   * `unknown`. A client that is closed, or was never connected, has no timers: it notices at the next
   * `connect` or, without `outbox.store`, `send`, `outbox.edit` or `outbox.retry`. Nothing that is too old goes out.
   */
  readonly ttlMs?: number;
  /** Aborted: the message is cancelled, if no connection has it yet. */
  readonly signal?: AbortSignal;
}
