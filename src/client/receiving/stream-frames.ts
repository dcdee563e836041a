/** Chunks, whole texts and ends of answers: given to the conversation in which the answer grows. */

import type { InboundFrame } from '../../core/frame.js';
import type { InboxChange } from '../../core/inbox/inbox-change.js';
import type { MessageId } from '../../core/message.js';
import type { Clock } from '../../ports/clock.js';
import type { Turn } from '../telling/turn.js';
import type { ConversationState } from './conversation-state.js';
import type { Conversations } from './conversations.js';
import { StreamSilence } from './stream-silence.js';

type StreamFrame = Extract<InboundFrame, { type: 'stream-delta' | 'stream-snapshot' | 'stream-end' }>;

/** Answers of which a frame came before their beginning; there are this many at most. */
const UNBEGUN_MAX = 256;

export interface StreamFrameSurroundings {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly conversations: Conversations;
  readonly onChanges: (conversation: ConversationState, changes: readonly InboxChange[]) => void;
}

export class StreamFrames {
  readonly #around: StreamFrameSurroundings;
  readonly #silence: StreamSilence;
  /** Their beginning may wait for an earlier message; what was dropped meanwhile is asked for then. */
  readonly #unbegun = new Set<MessageId>();

  constructor(around: StreamFrameSurroundings) {
    this.#around = around;
    const { clock, turn, conversations, onChanges: onSilent } = around;
    this.#silence = new StreamSilence({ clock, turn, conversations, onSilent });
  }

  take(frame: StreamFrame): void {
    const conversation = this.#around.conversations.findByStream(frame.id);
    if (conversation === null) return this.#noteUnbegun(frame.id);
    if (frame.type !== 'stream-end') this.#silence.hear(frame.id);
    this.#around.onChanges(conversation, apply(conversation, frame));
  }

  /** What changed in a conversation; true if frames of an answer were dropped before it began. */
  follow(change: InboxChange): boolean {
    if (change.type === 'stream-ended') this.#silence.forget(change.id);
    if (change.type !== 'stream-started') return false;
    this.#silence.hear(change.id);
    return this.#unbegun.delete(change.id);
  }

  /** A join was answered: of answers that were cut off something should come now. */
  expect({ inbox }: ConversationState): void {
    for (const id of inbox.streams.cutIds()) this.#silence.hear(id);
  }

  /** Answers stand still without a connection. */
  loseConnection(): void {
    this.#silence.forgetAll();
    this.#unbegun.clear();
    const { conversations, onChanges } = this.#around;
    for (const conversation of conversations.list()) {
      const changes = conversation.inbox.streams.stall();
      if (changes.length > 0) onChanges(conversation, changes);
    }
  }

  #noteUnbegun(id: MessageId): void {
    this.#unbegun.add(id);
    if (this.#unbegun.size <= UNBEGUN_MAX) return;
    for (const oldestId of this.#unbegun) {
      this.#unbegun.delete(oldestId);
      return;
    }
  }
}

function apply({ inbox }: ConversationState, frame: StreamFrame): readonly InboxChange[] {
  switch (frame.type) {
    case 'stream-delta':
      return inbox.streams.grow(frame);
    case 'stream-snapshot':
      return inbox.streams.replace(frame.id, frame.text);
    case 'stream-end':
      return inbox.streams.end(frame);
  }
}
