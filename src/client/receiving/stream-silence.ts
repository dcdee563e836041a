/** Answers from which nothing came for long. One timer for all of them: chunks come too fast for one each. */

import type { InboxChange } from '../../core/inbox/inbox-change.js';
import type { MessageId } from '../../core/message.js';
import type { Clock } from '../../ports/clock.js';
import { NamedTimers } from '../named-timers.js';
import type { Turn } from '../telling/turn.js';
import type { ConversationState } from './conversation-state.js';
import type { Conversations } from './conversations.js';

/** An answer without a chunk for this long is shown as stalled; the next chunk revives it. */
const SILENCE_MS = 60_000;

export interface SilenceSurroundings {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly conversations: Conversations;
  readonly onSilent: (conversation: ConversationState, changes: readonly InboxChange[]) => void;
}

export class StreamSilence {
  readonly #around: SilenceSurroundings;
  readonly #timers: NamedTimers<'silence'>;
  readonly #heardAtMs = new Map<MessageId, number>();

  constructor(around: SilenceSurroundings) {
    this.#around = around;
    this.#timers = new NamedTimers(around.clock, () => around.turn.run(() => this.#look()));
  }

  /** Something of this answer came. */
  hear(id: MessageId): void {
    this.#heardAtMs.set(id, this.#around.clock.nowMs());
    if (!this.#timers.isRunning('silence')) this.#timers.start('silence', SILENCE_MS);
  }

  forget(id: MessageId): void {
    this.#heardAtMs.delete(id);
    if (this.#heardAtMs.size === 0) this.#timers.stopAll();
  }

  forgetAll(): void {
    this.#heardAtMs.clear();
    this.#timers.stopAll();
  }

  #look(): void {
    const { clock, conversations, onSilent } = this.#around;
    const silentSinceMs = clock.nowMs() - SILENCE_MS;
    for (const [id, atMs] of this.#heardAtMs) {
      if (atMs > silentSinceMs) continue;
      this.#heardAtMs.delete(id);
      const conversation = conversations.findByStream(id);
      if (conversation === null) continue;
      onSilent(conversation, conversation.inbox.streams.silence(id));
      if (conversation.inbox.streams.awaitsRest(id)) this.#heardAtMs.set(id, clock.nowMs());
    }
    const oldestAtMs = Math.min(...this.#heardAtMs.values());
    if (Number.isFinite(oldestAtMs)) this.#timers.start('silence', oldestAtMs - silentSinceMs);
  }
}
