/** What follows from a change: the server is asked again, another part hears of it, or it is told to users. */

import type { InboxChange, ToldChange } from '../../core/inbox/inbox-change.js';
import type { MetricsCounter } from '../metrics.js';
import type { ConversationState } from './conversation-state.js';
import type { Conversations } from './conversations.js';
import type { GapFiller } from './gap-filler.js';
import type { Joins } from './joins.js';
import type { OlderPages } from './older-pages.js';
import type { ReadMarks } from './read-marks.js';
import type { StreamFrames } from './stream-frames.js';

export interface FollowUpSurroundings {
  readonly metrics: MetricsCounter;
  readonly conversations: Conversations;
  /** Of the connection in use. */
  readonly joins: () => Joins | null;
  readonly gaps: GapFiller;
  readonly pages: OlderPages;
  readonly readMarks: ReadMarks;
  readonly streams: StreamFrames;
  readonly onChange: (conversation: ConversationState, change: ToldChange) => void;
}

export class FollowUps {
  readonly #around: FollowUpSurroundings;

  constructor(around: FollowUpSurroundings) {
    this.#around = around;
  }

  take(conversation: ConversationState, changes: readonly InboxChange[]): void {
    for (const change of changes) this.#follow(conversation, change);
  }

  #follow(conversation: ConversationState, change: InboxChange): void {
    const { metrics, gaps, pages, readMarks, streams, conversations, onChange } = this.#around;
    const joins = this.#around.joins();
    if (change.type === 'hole-seen') return gaps.search(conversation);
    if (change.type === 'rejoin-needed') return joins?.ask(conversation);
    if (change.type === 'contradiction') {
      metrics.contradictions += 1;
      return joins?.ask(conversation);
    }
    if (change.type === 'read' && change.readBy === conversations.selfId) {
      return readMarks.confirm(conversation.id, change.messageIds);
    }
    if (change.type === 'confirmed') this.#noteEcho(conversation, change);
    if (change.type === 'reset') pages.reset(conversation.id);
    if (streams.follow(change)) joins?.ask(conversation);
    onChange(conversation, change);
  }

  #noteEcho(conversation: ConversationState, echo: Extract<InboxChange, { type: 'confirmed' }>): void {
    const { clientMessageId, id, seq } = echo;
    this.#around.joins()?.agreement.echoes.set(clientMessageId, { conversationId: conversation.id, id, seq });
  }
}
