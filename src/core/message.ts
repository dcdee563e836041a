/** The messages that a user of the library sees, and the ones still on their way out. */

/** The server's id of a message. */
export type MessageId = string;

/** How far an own message has come. */
export type DeliveryStatus =
  | 'queued'
  | 'sending'
  | 'unconfirmed'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'failed'
  | 'cancelled';

/** How an answer that arrives in chunks stands. */
export type StreamStatus = 'streaming' | 'stalled' | 'done' | 'stopped' | 'failed';

/** How a stream can end, by the server's word. */
export type StreamEnd = 'done' | 'stopped' | 'failed';

export type SenderRole = 'self' | 'other' | 'assistant' | 'system';

/** Somebody in a conversation. */
export interface Participant {
  readonly id: string;
}

/** Why a message failed, as the core sees it; the client turns it into an error. */
export interface MessageFailure {
  readonly code: string;
  readonly reason: string;
  readonly retryable?: boolean;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** One row of a conversation, before the client dresses it for its users. */
export interface MessageRow {
  /** Stable from the optimistic entry on; never changes. */
  readonly key: string;
  readonly id: MessageId | null;
  readonly clientMessageId: string | null;
  readonly conversationId: string;
  readonly sender: { readonly id: string | null; readonly role: SenderRole };
  readonly content: string;
  /** Unix time in milliseconds; for display, never for order. */
  readonly createdAtMs: number;
  readonly seq: number | null;
  readonly inReplyTo: string | null;
  readonly delivery: DeliveryStatus | null;
  readonly stream: StreamStatus | null;
  readonly failure: MessageFailure | null;
  readonly metadata: unknown;
}
