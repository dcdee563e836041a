/** Answers that the user has read enough of. */

import type { OutboundFrame } from '../../core/frame.js';
import type { MessageId } from '../../core/message.js';
import type { Announcer } from '../telling/announcer.js';
import type { ConversationState } from './conversation-state.js';

export interface StopSurroundings {
  readonly announcer: Announcer;
  readonly send: (frame: OutboundFrame) => boolean | null;
  readonly onChanged: (urgency: 'soon' | 'now') => void;
}

export class StreamStops {
  readonly #around: StopSurroundings;

  constructor(around: StopSurroundings) {
    this.#around = around;
  }

  /** Stops an answer; for null the latest that is growing. */
  stop({ id: conversationId, inbox }: ConversationState, named: MessageId | null): void {
    const messageId = named ?? inbox.streams.latestId();
    if (messageId === null || !inbox.streams.stop(messageId)) return;
    this.#around.send({ type: 'cancel-stream', conversationId, messageId });
    this.#around.announcer.emit('stream-ended', { conversationId, messageId, status: 'stopped' });
    this.#around.onChanged('now');
  }
}
