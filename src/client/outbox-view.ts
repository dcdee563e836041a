import { ChatSocketError } from '../errors/chat-socket-error.js';
import type { ChatSession } from './chat-session.js';
import { checkContent, draftSizeBytes } from './sending/draft.js';

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
  /** In the order of their sending; those that failed are not among them. */
  list(): readonly OutboxItem[];
  /**
   * Takes a message back; false once a connection has it, or it is settled. A message that failed leaves the snapshot,
   * and cannot be tried again.
   */
  cancel(id: string): boolean;
  /**
   * Changes the words of a message that no connection has had, in its place; false once one has, or it is settled, or
   * the outbox has no room for the new words. Throws `delivery/empty`, `delivery/too-long` or `usage/*` like `send`.
   *
   * @example
   * const { id } = client.send('Helo');
   * const isChanged = client.outbox.edit(id, 'Hello');
   */
  edit(id: string, content: string): boolean;
  /**
   * Sends an `unconfirmed` or failed message again, with the same id, so that a server which deduplicates never has it
   * twice. A failed one goes behind all others, with a new `outbox.ageMaxMs`; its `acked` promise stays rejected, and
   * `message-acked` tells the end. False if the message is neither, or if the outbox is full: no other gives way to it,
   * whatever `outbox.overflow` says. Of many failed ones only the last `outbox.messagesMax` are shown, and can be tried
   * again.
   */
  retry(id: string): boolean;
  /** Forgets all of them; their `acked` promises reject with `delivery/cleared`. */
  clear(): void;
}

export function viewOutbox(session: ChatSession): OutboxView {
  const { sender } = session;
  return {
    list: () =>
      sender.outbox.list().map(({ id, conversationId, content, status, queuedAtMs }) => ({
        id,
        conversationId,
        content,
        status,
        queuedAtMs,
      })),
    cancel: (id) => sender.requests.cancel(id),
    edit: (id, content) => {
      const checked = checkContent(content, session.contentLengthMax);
      const metadata = sender.outbox.get(id)?.metadata ?? null;
      return sender.requests.edit(id, checked, draftSizeBytes(checked, metadata));
    },
    retry: (id) => sender.requests.retry(id),
    clear: () =>
      session.turn.run(() =>
        sender.clear(new ChatSocketError('delivery/cleared', 'The outbox was cleared by outbox.clear().')),
      ),
  };
}
