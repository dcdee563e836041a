/** Who is typing, both ways. Never queued, never repeated: what cannot go out now is not sent. */

import type { InboundFrame, OutboundFrame } from '../../core/frame.js';
import type { Clock } from '../../ports/clock.js';
import { NamedTimers } from '../named-timers.js';
import type { Turn } from '../telling/turn.js';
import type { ConversationState } from './conversation-state.js';
import type { Conversations } from './conversations.js';

/** A received "is typing" is believed this long. */
const BELIEVED_MS = 7_000;
/** A received "an answer is on its way" is: as long as an answer may be silent before it is shown as stalled. */
const ANSWER_BELIEVED_MS = 60_000;
/** "Is typing" is sent at most this often. */
const SENT_APART_MS = 2_000;

type TypingFrame = Extract<InboundFrame, { readonly type: 'typing' }>;

export interface TypingSurroundings {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly conversations: Conversations;
  readonly send: (frame: OutboundFrame) => boolean | null;
  readonly onChanged: (conversation: ConversationState) => void;
}

export class Typing {
  readonly #around: TypingSurroundings;
  readonly #sentAtMs = new Map<string, number>();
  /** One timer a conversation, named by its id. */
  readonly #timers: NamedTimers<string>;

  constructor(around: TypingSurroundings) {
    this.#around = around;
    this.#timers = new NamedTimers(around.clock, (id) => around.turn.run(() => this.#expire(id)));
  }

  receive({ conversationId, userId, isTyping, isAnswer }: TypingFrame): void {
    const { conversations, clock, onChanged } = this.#around;
    const state = conversations.get(conversationId);
    if (state === null || userId === conversations.selfId) return;
    const nowMs = clock.nowMs();
    if (isAnswer) state.assistantId = userId;
    const untilMs = nowMs + (isAnswer ? ANSWER_BELIEVED_MS : BELIEVED_MS);
    const hasChanged = state.setTyping(userId, isTyping ? untilMs : null);
    this.#arm(state, nowMs);
    if (hasChanged) onChanged(state);
  }

  send(conversationId: string, isTyping: boolean): void {
    const nowMs = this.#around.clock.nowMs();
    const sentAtMs = this.#sentAtMs.get(conversationId);
    const isKnown = isTyping ? sentAtMs !== undefined && nowMs - sentAtMs < SENT_APART_MS : sentAtMs === undefined;
    if (isKnown || this.#around.send({ type: 'typing', conversationId, isTyping }) !== true) return;
    if (isTyping) this.#sentAtMs.set(conversationId, nowMs);
    else this.#sentAtMs.delete(conversationId);
  }

  /** Nobody is known to type without a connection. */
  loseConnection(): void {
    this.#timers.stopAll();
    this.#sentAtMs.clear();
    for (const state of this.#around.conversations.list()) {
      const gone = [...state.typingUntilMs.keys()].filter((userId) => state.setTyping(userId, null));
      if (gone.length > 0) this.#around.onChanged(state);
    }
  }

  #expire(conversationId: string): void {
    const state = this.#around.conversations.get(conversationId);
    if (state === null) return;
    const nowMs = this.#around.clock.nowMs();
    const over = [...state.typingUntilMs].filter(([, untilMs]) => untilMs <= nowMs);
    for (const [userId] of over) state.setTyping(userId, null);
    if (over.length > 0) this.#around.onChanged(state);
    this.#arm(state, nowMs);
  }

  #arm({ id, typingUntilMs }: ConversationState, nowMs: number): void {
    const nextMs = Math.min(...typingUntilMs.values());
    if (Number.isFinite(nextMs)) this.#timers.start(id, nextMs - nowMs);
  }
}
