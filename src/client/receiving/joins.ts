/** Joins conversations on the connection that there is, and again where a join is not answered in time. */

import type { DialId } from '../../core/connection/state.js';
import type { OutboundFrame } from '../../core/frame.js';
import type { InboxChange } from '../../core/inbox/inbox-change.js';
import type { JoinAnswer } from '../../core/inbox/recovery.js';
import type { Clock } from '../../ports/clock.js';
import { NamedTimers } from '../named-timers.js';
import type { Turn } from '../telling/turn.js';
import type { Agreement } from './agreement.js';
import type { ConversationState } from './conversation-state.js';
import type { Conversations } from './conversations.js';

const JOIN_LIMIT = 100;
/** A join on an open connection that is not answered by then is asked again. */
const JOIN_TIMEOUT_MS = 5_000;

export interface JoinsSurroundings {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly historyMax: number;
  readonly conversations: Conversations;
  readonly agreement: () => Agreement | null;
  readonly send: (dialId: DialId, frame: OutboundFrame) => boolean | null;
  /** From here on live frames wait for the answer. */
  readonly onAsked: (conversation: ConversationState) => void;
  readonly onReady: (agreement: Agreement) => void;
}

export class Joins {
  readonly #around: JoinsSurroundings;
  /** Joins that are to be sent again, one timer a conversation. */
  readonly #timers: NamedTimers<string>;

  constructor(around: JoinsSurroundings) {
    this.#around = around;
    const { clock, turn, conversations } = around;
    this.#timers = new NamedTimers(clock, (id) =>
      turn.run(() => {
        const conversation = conversations.get(id);
        if (conversation !== null) this.#send(conversation);
      }),
    );
  }

  /** At the next connection if there is none; one join of a conversation at a time. */
  ask(conversation: ConversationState): void {
    if (this.#around.agreement()?.joining.has(conversation.id) === false) this.#send(conversation);
  }

  askAll(agreement: Agreement): void {
    for (const conversation of this.#around.conversations.list()) this.ask(conversation);
    this.#checkReady(agreement);
  }

  postpone(conversationId: string, delayMs: number): void {
    this.#timers.start(conversationId, delayMs);
  }

  /** What an answer changed; null if none was asked for. */
  take(conversation: ConversationState | null, answer: JoinAnswer): readonly InboxChange[] | null {
    const agreement = this.#around.agreement();
    this.#timers.stop(answer.conversationId);
    if (agreement?.joining.delete(answer.conversationId) !== true || conversation === null) return null;
    const canAsk = agreement.terms.ranges && !agreement.asked.has(conversation.id);
    const { recovered, changes } = conversation.inbox.join(answer, canAsk);
    if (recovered === 'partial') agreement.asked.add(conversation.id);
    agreement.noteRecovery(recovered);
    return changes;
  }

  /** An answer was taken. What follows from it may have joined again, and that one is waited for. */
  conclude(): void {
    const agreement = this.#around.agreement();
    if (agreement !== null) this.#checkReady(agreement);
  }

  /** A join is over without an answer. */
  settle(conversationId: string): void {
    const agreement = this.#around.agreement();
    this.#timers.stop(conversationId);
    agreement?.joining.delete(conversationId);
    if (agreement !== null) this.#checkReady(agreement);
  }

  stop(): void {
    this.#timers.stopAll();
  }

  #send(conversation: ConversationState): void {
    const agreement = this.#around.agreement();
    if (agreement === null || !agreement.hasGreeted) return;
    const { inbox, id } = conversation;
    const isAsked = this.#around.send(agreement.dialId, {
      type: 'join',
      conversationId: id,
      after: inbox.cursor,
      streams: inbox.streams.offsets(),
      limit: Math.min(JOIN_LIMIT, this.#around.historyMax),
    });
    if (isAsked !== true) return;
    inbox.startJoin();
    agreement.joining.add(id);
    this.#around.onAsked(conversation);
    // Before `open` the attempt's own deadline watches over the joins.
    if (agreement.isReady) this.#timers.start(id, JOIN_TIMEOUT_MS);
  }

  /** Open means: greeted, and every conversation is where it was. */
  #checkReady(agreement: Agreement): void {
    if (agreement.isReady || agreement.joining.size > 0) return;
    agreement.isReady = true;
    this.#around.onReady(agreement);
  }
}
