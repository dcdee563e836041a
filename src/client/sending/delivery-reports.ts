/** What the sender tells of its messages, brought to rows, figures and listeners. */

import type { Inbox } from '../../core/inbox/inbox.js';
import type { DeliveryStatus } from '../../core/message.js';
import type { OutboxEntry } from '../../core/outbox/outbox-entry.js';
import type { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { Clock } from '../../ports/clock.js';
import type { MetricsCounter } from '../metrics.js';
import type { Receipt } from '../outgoing.js';
import type { ConversationState } from '../receiving/conversation-state.js';
import type { Conversations } from '../receiving/conversations.js';
import type { Announcer } from '../telling/announcer.js';
import { toMessageFailure } from './message-error.js';

export interface DeliverySurroundings {
  readonly clock: Clock;
  readonly conversations: Conversations;
  readonly metrics: MetricsCounter;
  readonly announcer: Announcer;
  /** Takes part in the conversation of a message. */
  readonly join: (conversationId: string) => ConversationState;
  readonly onChanged: (urgency: 'soon' | 'now') => void;
}

export class DeliveryReports {
  readonly #around: DeliverySurroundings;

  constructor(around: DeliverySurroundings) {
    this.#around = around;
  }

  /** A message of an earlier life, or one that this client had before. Tells if the server is known to have it. */
  adopted(entry: OutboxEntry): Receipt | null {
    const { id: clientMessageId, conversationId } = entry;
    const { messages } = this.#around.join(conversationId).inbox;
    const place = messages.findPlace(clientMessageId);
    if (place !== null) return { clientMessageId, id: place.id, seq: place.seq, duplicate: true };
    this.shown(entry);
    return null;
  }

  /** A message is on its way. */
  shown({ id, conversationId, content, metadata, inReplyTo, queuedAtMs, status }: OutboxEntry): void {
    const { messages } = this.#around.join(conversationId).inbox;
    // A copy: what is shown is the application's to change, what is sent is not any more.
    const shownMetadata = metadata && JSON.parse(JSON.stringify(metadata));
    messages.addOwn({ content, metadata: shownMetadata, inReplyTo, createdAtMs: queuedAtMs }, id);
    if (status !== 'queued') messages.setDelivery(id, status, null);
    this.#around.onChanged('now');
  }

  progressed(entry: OutboxEntry, delivery: DeliveryStatus): void {
    this.#inbox(entry)?.messages.setDelivery(entry.id, delivery, null);
    // What goes back into the queue is the user's doing, or rare.
    this.#around.onChanged(delivery === 'queued' ? 'now' : 'soon');
  }

  edited(entry: OutboxEntry): void {
    this.#inbox(entry)?.messages.editOwn(entry.id, entry.content);
    this.#around.onChanged('now');
  }

  acked(entry: OutboxEntry, receipt: Receipt): void {
    const { clock, metrics, announcer } = this.#around;
    const { conversationId, id: clientMessageId } = entry;
    this.found(entry, receipt);
    if (entry.sent !== null) metrics.timeAck(clock.nowMs() - entry.sent.atMs);
    announcer.emit('message-acked', { conversationId, clientMessageId, receipt });
  }

  /** The server has it, though it had been told as failed: only the row says so now. */
  found(entry: OutboxEntry, receipt: Receipt): void {
    this.#inbox(entry)?.confirm(entry.id, receipt.id, receipt.seq);
    this.#around.onChanged('soon');
  }

  /** A cancelled message disappears; one that failed stays, with its reason. */
  failed(entry: OutboxEntry, error: ChatSocketError): void {
    const { announcer, onChanged } = this.#around;
    const { conversationId, id: clientMessageId } = entry;
    if (error.code === 'delivery/cancelled' || error.code === 'delivery/cleared') this.dismissed(entry);
    else this.#inbox(entry)?.messages.setDelivery(clientMessageId, 'failed', toMessageFailure(error));
    announcer.emit('message-failed', { conversationId, clientMessageId, error });
    onChanged('now');
  }

  /** The row of a message that nobody waits for any more. */
  dismissed(entry: OutboxEntry): void {
    this.#inbox(entry)?.dropOwn(entry.id);
    this.#around.onChanged('now');
  }

  #inbox({ conversationId }: OutboxEntry): Inbox | null {
    return this.#around.conversations.get(conversationId)?.inbox ?? null;
  }
}
