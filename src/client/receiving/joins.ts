/** Joins conversations on one connection, and again where a join is not answered in time. */

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
/** Numbers to look for behind the cursor where not even the answer to the smallest join can be read. */
const PROBE_LENGTH = 256;

export interface JoinsSurroundings {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly historyMax: number;
  readonly conversations: Conversations;
  readonly send: (dialId: DialId, frame: OutboundFrame) => boolean | null;
  /** From here on live frames wait for the answer. */
  readonly onAsked: (conversation: ConversationState) => void;
  readonly onChanges: (conversation: ConversationState, changes: readonly InboxChange[]) => void;
  readonly onReady: (joins: Joins) => void;
}

export class Joins {
  readonly agreement: Agreement;
  /** False beside the connection in use, whose frames wait for nothing. */
  isInUse = false;
  readonly #around: JoinsSurroundings;
  /** Joins that are to be sent again, one timer a conversation. */
  readonly #timers: NamedTimers<string>;
  /** Messages to ask for where an answer was too big. */
  readonly #limits = new Map<string, number>();
  /** Where a conversation stood when even the smallest answer was too big; null if it had no place in its log yet. */
  readonly #without = new Map<string, number | null>();

  constructor(agreement: Agreement, around: JoinsSurroundings) {
    this.agreement = agreement;
    this.#around = around;
    const { clock, turn, conversations } = around;
    this.#timers = new NamedTimers(clock, (id) =>
      turn.run(() => {
        const conversation = conversations.get(id);
        if (conversation !== null) this.#send(conversation);
      }),
    );
  }

  /** After the hello if there was none; one join of a conversation at a time. */
  ask(conversation: ConversationState): void {
    if (!this.agreement.joining.has(conversation.id)) this.#send(conversation);
  }

  askAll(): void {
    for (const conversation of this.#around.conversations.list()) this.ask(conversation);
    this.conclude();
  }

  postpone(conversationId: string, delayMs: number): void {
    this.#timers.start(conversationId, delayMs);
  }

  /** What an answer changed; null if none was asked for. */
  take(conversation: ConversationState | null, answer: JoinAnswer): readonly InboxChange[] | null {
    const { agreement } = this;
    this.#timers.stop(answer.conversationId);
    const askedFrom = agreement.joining.get(answer.conversationId);
    agreement.joining.delete(answer.conversationId);
    this.#without.delete(answer.conversationId);
    if (askedFrom === undefined || conversation === null) return null;
    const canAsk = agreement.terms.ranges && !agreement.asked.has(conversation.id);
    const { recovered, changes } = conversation.inbox.join(answer, canAsk, askedFrom);
    if (recovered === 'partial') agreement.asked.add(conversation.id);
    agreement.noteRecovery(recovered);
    return changes;
  }

  /** Open means: greeted, and every conversation is where it was. What follows from an answer may have joined again. */
  conclude(): void {
    const { agreement } = this;
    if (agreement.isReady || agreement.joining.size > 0) return;
    agreement.isReady = true;
    this.#around.onReady(this);
  }

  /** A join is over without an answer. */
  settle(conversationId: string): void {
    this.#timers.stop(conversationId);
    this.agreement.joining.delete(conversationId);
    this.conclude();
  }

  /** The answer to the oldest join was too big; false if none is open. */
  askForLess(): boolean {
    const { joining } = this.agreement;
    const [id] = joining.keys();
    if (id === undefined) return false;
    const conversation = this.#around.conversations.get(id);
    const limit = this.#limitOf(id);
    if (conversation === null) this.settle(id);
    else if (limit === 1) this.#goWithout(conversation);
    else {
      this.#limits.set(id, Math.floor(limit / 2));
      // Whose answer comes next is last in line.
      joining.delete(id);
      this.#send(conversation);
    }
    // Where answers come in no order, it may have been another one's.
    for (const other of joining.keys()) this.#timers.start(other, JOIN_TIMEOUT_MS);
    return true;
  }

  /** A conversation that went on without the answer to its join goes on: another answer may be small enough. */
  notice(conversation: ConversationState): void {
    const { id, inbox } = conversation;
    const seq = this.#without.get(id);
    if (seq === undefined || inbox.hole !== null || (seq !== null && inbox.cursor?.seq === seq)) return;
    this.#without.delete(id);
    this.ask(conversation);
  }

  /** Is in use from here on, in the place of another one. What that one has asked for is asked again. */
  takeOver(other: Joins | null): void {
    this.isInUse = true;
    if (other === null) return;
    other.isInUse = false;
    other.stop();
    for (const id of other.agreement.joining.keys()) {
      const conversation = this.#around.conversations.get(id);
      if (conversation !== null) this.ask(conversation);
    }
  }

  stop(): void {
    this.#timers.stopAll();
  }

  #limitOf(conversationId: string): number {
    return this.#limits.get(conversationId) ?? Math.min(JOIN_LIMIT, this.#around.historyMax);
  }

  /** Not even one message fits. Nothing else waits for this conversation; what it has missed is asked for in pieces. */
  #goWithout(conversation: ConversationState): void {
    const { agreement } = this;
    const { id, inbox } = conversation;
    const seq = inbox.cursor?.seq ?? null;
    if (this.isInUse) {
      const changes = inbox.giveUpJoin();
      const canProbe = seq !== null && agreement.terms.ranges && this.#without.get(id) !== seq;
      const probe = canProbe ? inbox.noteHead(seq + PROBE_LENGTH) : [];
      this.#around.onChanges(conversation, [...changes, ...probe]);
    }
    this.#without.set(id, seq);
    agreement.noteRecovery('partial');
    this.settle(id);
  }

  #send(conversation: ConversationState): void {
    const { agreement } = this;
    if (!agreement.hasGreeted) return;
    const { inbox, id } = conversation;
    const isAsked = this.#around.send(agreement.dialId, {
      type: 'join',
      conversationId: id,
      after: inbox.cursor,
      streams: inbox.streams.offsets(),
      limit: this.#limitOf(id),
    });
    if (isAsked !== true) return;
    agreement.joining.set(id, inbox.cursor);
    if (this.isInUse) {
      inbox.startJoin();
      this.#around.onAsked(conversation);
    }
    // Before `open` the attempt's own deadline watches over the joins.
    if (agreement.isReady) this.#timers.start(id, JOIN_TIMEOUT_MS);
  }
}
