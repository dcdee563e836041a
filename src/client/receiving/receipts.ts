/** The server's word that it has an own message: an ack, or the message itself in a page. */

import type { InboundFrame } from '../../core/frame.js';
import type { InboxChange } from '../../core/inbox/inbox-change.js';
import type { Sender } from '../sending/sender.js';
import type { Agreement } from './agreement.js';
import type { ConversationState } from './conversation-state.js';
import type { Conversations } from './conversations.js';
import type { OlderPages } from './older-pages.js';
import type { ReadMarks } from './read-marks.js';

type FrameOf<Type extends InboundFrame['type']> = Extract<InboundFrame, { readonly type: Type }>;

export interface ReceiptSurroundings {
  readonly sender: Sender;
  readonly conversations: Conversations;
  readonly readMarks: ReadMarks;
  readonly pages: OlderPages;
  readonly onTouched: (urgency: 'soon' | 'now') => void;
  /** Follows up what changed, and tells it. */
  readonly report: (conversation: ConversationState, changes: readonly InboxChange[]) => void;
  /** Follows it up, and tells nothing. */
  readonly followUp: (conversation: ConversationState, changes: readonly InboxChange[]) => void;
}

export class Receipts {
  readonly #around: ReceiptSurroundings;

  constructor(around: ReceiptSurroundings) {
    this.#around = around;
  }

  /** An ack that names another place than the log did is followed by a look at the log. */
  takeAck({ echoes }: Agreement, { clientMessageId, id, seq, duplicate }: FrameOf<'ack'>): void {
    const { sender, conversations, readMarks, report, followUp } = this.#around;
    const echo = echoes.get(clientMessageId);
    if (echo !== undefined) echoes.delete(clientMessageId);
    const conversation = echo === undefined ? null : conversations.get(echo.conversationId);
    const isOther = echo !== undefined && ((id !== null && id !== echo.id) || (seq !== null && seq !== echo.seq));
    if (isOther && conversation !== null) report(conversation, [{ type: 'contradiction' }]);
    sender.ack({ clientMessageId, id, seq, duplicate }, true);
    readMarks.confirm(clientMessageId);
    for (const one of conversations.list()) followUp(one, one.inbox.takeDoubts());
  }

  /** An own message found in a page is as good as its ack, wherever it stands. */
  takePage(frame: FrameOf<'history-page'>): void {
    const { conversations, sender, pages, onTouched } = this.#around;
    const conversation = conversations.get(frame.conversationId);
    if (conversation === null) return;
    if (pages.take(conversation, frame)) onTouched('now');
    for (const { clientMessageId, id, senderId, seq } of frame.messages) {
      const isOwn = senderId !== null && senderId === conversations.selfId;
      if (isOwn && clientMessageId !== null) sender.ack({ clientMessageId, id, seq, duplicate: false });
    }
  }
}
