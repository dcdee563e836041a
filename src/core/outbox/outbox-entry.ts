import type { DialId } from '../connection/state.js';

/** A message that the server does not have, as far as anybody knows. */
export interface OutboxEntry {
  readonly id: string;
  readonly conversationId: string;
  readonly content: string;
  readonly metadata: unknown;
  readonly inReplyTo: string | null;
  readonly queuedAtMs: number;
  /** After this it is not sent any more; null for never. */
  readonly expiresAtMs: number | null;
  readonly sizeBytes: number;
  readonly status: 'queued' | 'sending' | 'unconfirmed';
  /** Its place among all messages of this client, and of its lives before: later ones have greater numbers. */
  readonly order: number;
  /**
   * `waiting`: not in the store yet. `kept`: it is, as never sent. `cleared`: the store knows that it may have been
   * sent, or there is no store; only then may a byte of it leave. `elsewhere`: another tab has it, and sends it; from
   * here it is only sent again, where the server knows a repeat. `released`: anybody may have it by now, for this
   * client has let go of the store.
   */
  readonly keeping: 'waiting' | 'kept' | 'cleared' | 'elsewhere' | 'released';
  /** When a connection first had it; null if none ever had, so no server can have it. */
  readonly transmittedAtMs: number | null;
  /** What the connection that it was last handed to knows it by. */
  readonly sent: Transmission | null;
}

export interface Transmission {
  readonly dialId: DialId;
  /** Its number in its conversation on that connection, and which counting that was. */
  readonly producerSeq: number;
  readonly numbering: number;
  /** Its place among everything that was sent. */
  readonly place: number;
  readonly atMs: number;
}

export type Draft = Pick<
  OutboxEntry,
  'id' | 'conversationId' | 'content' | 'metadata' | 'inReplyTo' | 'queuedAtMs' | 'expiresAtMs' | 'sizeBytes'
>;

/** The entry of a draft that is queued. Field by field: a spread with new names behind it costs the engine ten times as much. */
export function toEntry(
  draft: Draft & Partial<OutboxEntry>,
  order: number,
  keeping: OutboxEntry['keeping'],
): OutboxEntry {
  return {
    id: draft.id,
    conversationId: draft.conversationId,
    content: draft.content,
    metadata: draft.metadata,
    inReplyTo: draft.inReplyTo,
    queuedAtMs: draft.queuedAtMs,
    expiresAtMs: draft.expiresAtMs,
    sizeBytes: draft.sizeBytes,
    status: 'queued',
    order,
    keeping,
    transmittedAtMs: draft.transmittedAtMs ?? null,
    sent: draft.sent ?? null,
  };
}

/** No connection ever had it, in this life or an earlier one, and no other tab can have it. */
export function isUntouched({ status, transmittedAtMs, keeping }: OutboxEntry): boolean {
  return status === 'queued' && transmittedAtMs === null && keeping !== 'released';
}
