/** What the sender tells of its messages, brought to rows, figures and listeners. */

import type { DeliveryStatus } from '../../core/message.js';
import type { OutboxEntry } from '../../core/outbox/outbox.js';
import type { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { Clock } from '../../ports/clock.js';
import type { MetricsCounter } from '../metrics.js';
import type { Receipt } from '../outgoing.js';
import type { Conversations } from '../receiving/conversations.js';
import type { Announcer } from '../telling/announcer.js';
import { toMessageFailure } from './message-error.js';

export interface DeliverySurroundings {
  readonly clock: Clock;
  readonly conversations: Conversations;
  readonly metrics: MetricsCounter;
  readonly announcer: Announcer;
  readonly onChanged: (urgency: 'soon' | 'now') => void;
}

export class DeliveryReports {
  readonly #around: DeliverySurroundings;
  #failedCount = 0;

  constructor(around: DeliverySurroundings) {
    this.#around = around;
  }

  /** Messages that failed and are still shown. */
  get failedCount(): number {
    return this.#failedCount;
  }

  progressed(entry: OutboxEntry, delivery: DeliveryStatus): void {
    this.#around.conversations.get(entry.conversationId)?.inbox.messages.setDelivery(entry.id, delivery, null);
    this.#around.onChanged('soon');
  }

  acked(entry: OutboxEntry, receipt: Receipt): void {
    const { clock, conversations, metrics, announcer, onChanged } = this.#around;
    const { conversationId, id: clientMessageId } = entry;
    conversations.get(conversationId)?.inbox.messages.confirm(clientMessageId, receipt.id, receipt.seq);
    if (entry.sent !== null) metrics.timeAck(clock.nowMs() - entry.sent.atMs);
    announcer.emit('message-acked', { conversationId, clientMessageId, receipt });
    onChanged('soon');
  }

  /** A cancelled message disappears; one that failed stays, with its reason. */
  failed(entry: OutboxEntry, error: ChatSocketError): void {
    const { conversations, announcer, onChanged } = this.#around;
    const { conversationId, id: clientMessageId } = entry;
    const inbox = conversations.get(conversationId)?.inbox;
    if (error.code === 'delivery/cancelled' || error.code === 'delivery/cleared') inbox?.dropOwn(clientMessageId);
    else {
      inbox?.messages.setDelivery(clientMessageId, 'failed', toMessageFailure(error));
      this.#failedCount += 1;
    }
    announcer.emit('message-failed', { conversationId, clientMessageId, error });
    onChanged('now');
  }

  forget(): void {
    this.#failedCount = 0;
  }
}
