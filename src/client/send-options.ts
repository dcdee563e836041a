/** What may go with a message. */
export interface SendOptions {
  /** The application's own payload: anything JSON can say. */
  readonly metadata?: unknown;
  /** The server's id of the message that this one answers. */
  readonly inReplyTo?: string;
  /** Aborted: the message is cancelled, if no connection has it yet. */
  readonly signal?: AbortSignal;
}
