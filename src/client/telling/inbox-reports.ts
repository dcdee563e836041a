/** What comes in, brought to figures, outbox, views and listeners. */

import type { ToldChange } from '../../core/inbox/inbox-change.js';
import type { MetricsCounter } from '../metrics.js';
import type { ConversationState } from '../receiving/conversation-state.js';
import type { Sender } from '../sending/sender.js';
import type { Announcer } from './announcer.js';

export interface InboxReportSurroundings {
  readonly metrics: MetricsCounter;
  readonly sender: Sender;
  readonly announcer: Announcer;
  readonly onChanged: (urgency: 'soon' | 'now') => void;
}

export class InboxReports {
  readonly #around: InboxReportSurroundings;

  constructor(around: InboxReportSurroundings) {
    this.#around = around;
  }

  changed(conversation: ConversationState, change: ToldChange): void {
    const { metrics, sender, announcer, onChanged } = this.#around;
    if (change.type === 'duplicate') metrics.duplicatesDropped += 1;
    if (change.type === 'gap-lost') metrics.countLost(change.fromSeq, change.toSeq);
    if (change.type === 'stream-postponed') metrics.streamsPostponed += 1;
    if (change.type === 'confirmed') {
      const { clientMessageId, id, seq } = change;
      sender.ack({ clientMessageId, id, seq, duplicate: false });
    }
    // What is shown of an old log says nothing of the new one.
    if (change.type === 'stream-ended' || change.type === 'reset') onChanged('now');
    announcer.inboxChanged(conversation, change);
  }

  typingChanged({ id: conversationId, typing }: ConversationState): void {
    this.#around.announcer.emit('typing-changed', { conversationId, typing });
    this.#around.onChanged('soon');
  }
}
