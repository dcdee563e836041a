/** Makes ids from a secure random source. */
export interface IdSource {
  /** A UUID, for messages: the idempotency key on every attempt. */
  messageId(): string;
  /** A short id, for instances and connections. */
  shortId(): string;
}
