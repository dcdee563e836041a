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
  readonly content: string;
  /** Settles once, when the message is stored; `durable` is false in memory. Never an unhandled rejection. */
  readonly persisted: Promise<{ readonly durable: boolean }>;
  /** Settles once: resolves when the server has the message, rejects with `delivery/*` when it never will. Never an unhandled rejection. */
  readonly acked: Promise<Receipt>;
  /** Takes the message back; false once it has been handed to a connection or is settled. */
  cancel(): boolean;
}
