/** Answers that the user has read enough of: they stand still here at once, and the server is told until it agrees. */

import type { DialId } from '../../core/connection/state.js';
import type { OutboundFrame } from '../../core/frame.js';
import type { InboxChange } from '../../core/inbox/inbox-change.js';
import type { MessageId } from '../../core/message.js';
import type { ConversationState } from './conversation-state.js';
import type { Conversations } from './conversations.js';

export interface StopSurroundings {
  readonly conversations: Conversations;
  readonly send: (dialId: DialId, frame: OutboundFrame) => boolean | null;
  readonly onChanges: (conversation: ConversationState, changes: readonly InboxChange[]) => void;
}

export class StreamStops {
  readonly #around: StopSurroundings;
  /** What the server was told on this connection. */
  readonly #told = new Set<MessageId>();
  #dialId: DialId | null = null;

  constructor(around: StopSurroundings) {
    this.#around = around;
  }

  /** Stops an answer; for null the latest that is growing. */
  stop(conversation: ConversationState, named: MessageId | null): void {
    const { streams } = conversation.inbox;
    const id = named ?? streams.latestId();
    const changes = id === null ? null : streams.stop(id);
    if (changes === null) return;
    this.#tellServer(conversation);
    this.#around.onChanges(conversation, changes);
  }

  /** The server listens: it hears of stops before it is asked to take up answers again. */
  gainConnection(dialId: DialId): void {
    this.#dialId = dialId;
    for (const conversation of this.#around.conversations.list()) this.#tellServer(conversation);
  }

  loseConnection(): void {
    this.#dialId = null;
    this.#told.clear();
  }

  /** The server knows of no such answer, so nothing of it is left to stop; false if it was told of none. */
  refuse(messageId: MessageId): boolean {
    if (!this.#told.has(messageId)) return false;
    this.#around.conversations.findByStream(messageId)?.inbox.streams.forgetStop(messageId);
    return true;
  }

  #tellServer({ id: conversationId, inbox }: ConversationState): void {
    if (this.#dialId === null) return;
    for (const messageId of inbox.streams.unconfirmedStops()) {
      if (this.#told.has(messageId)) continue;
      if (this.#around.send(this.#dialId, { type: 'cancel-stream', conversationId, messageId }) === true) {
        this.#told.add(messageId);
      }
    }
  }
}
