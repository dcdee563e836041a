import type { DeliveryStatus, MessageId } from '../core/message.js';

/** The server's word that it has a message. */
export interface Receipt {
  readonly clientMessageId: string;
  /** The server's id; null where the protocol does not tell it. */
  readonly id: MessageId | null;
  /** The place in the conversation; null where the protocol has no `seq`. */
  readonly seq: number | null;
  /** The server had it already: a repeat after a lost ack. */
  readonly duplicate: boolean;
}

/** A message on its way out. */
export interface Outgoing {
  /** The `clientMessageId`: a UUID, the same on every attempt. */
  readonly id: string;
  readonly status: DeliveryStatus;
  /** What it says now: `outbox.edit` changes it. */
  readonly content: string;
  /**
   * Settles once: when `outbox.store` has committed the message, which is before the first byte of it is sent, or will
   * never keep it (`durable: false`: it lives in memory, or is over already). Until then a reload may lose it, so keep
   * the draft. Never an unhandled rejection.
   */
  readonly persisted: Promise<{ readonly durable: boolean }>;
  /** Settles once: resolves when the server has the message, rejects with `delivery/*` when it never will. Never an unhandled rejection. */
  readonly acked: Promise<Receipt>;
  /** `outbox.cancel` of this message. */
  cancel(): boolean;
}
