import { ChatSocketError } from '../errors/chat-socket-error.js';
import type { Sender } from './sending/sender.js';
import type { Turn } from './telling/turn.js';

/** A message that waits for the server, as `client.outbox.list()` shows it. */
export interface OutboxItem {
  readonly id: string;
  readonly conversationId: string;
  readonly content: string;
  readonly status: 'queued' | 'sending' | 'unconfirmed';
  readonly queuedAtMs: number;
}

/** The messages that the server does not have yet. */
export interface OutboxView {
  /** In the order of their sending. */
  list(): readonly OutboxItem[];
  /** Takes a message back; false once a connection has it, or it is settled. */
  cancel(id: string): boolean;
  /** Sends an `unconfirmed` message again with the same id; false if it is not unconfirmed. */
  retry(id: string): boolean;
  /** Forgets all of them; their `acked` promises reject with `delivery/cleared`. */
  clear(): void;
}

export function viewOutbox(sender: Sender, turn: Turn): OutboxView {
  return {
    list: () =>
      sender.outbox.list().map(({ id, conversationId, content, status, queuedAtMs }) => ({
        id,
        conversationId,
        content,
        status,
        queuedAtMs,
      })),
    cancel: (id) => sender.cancel(id),
    retry: (id) => sender.retry(id),
    clear: () =>
      turn.run(() =>
        sender.clear(new ChatSocketError('delivery/cleared', 'The outbox was cleared by outbox.clear().')),
      ),
  };
}
