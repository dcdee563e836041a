/** Joins conversations on one connection, a few at a time and no faster than frames may go, and again where no answer comes. */

import type { DialId } from '../../core/connection/state.js';
import type { OutboundFrame, ServerTerms } from '../../core/frame.js';
import type { InboxChange } from '../../core/inbox/inbox-change.js';
import type { JoinAnswer } from '../../core/inbox/recovery.js';
import type { Clock } from '../../ports/clock.js';
import { NamedTimers } from '../named-timers.js';
import type { Turn } from '../telling/turn.js';
import type { Agreement } from './agreement.js';
import type { ConversationState } from './conversation-state.js';
import type { Conversations } from './conversations.js';
import { JoinPause } from './join-pause.js';

const JOIN_LIMIT = 100;
/** Not answered yet: what one is to hear must not queue up behind the histories of all others. `open` waits for as many. */
const JOINS_AT_ONCE = 4;
/** However busy or slow everything else is, one join gets through in this time. */
const JOIN_EVERY_MS = 1_000;
/** A join on an open connection that is not answered by then is asked again, and the next ones have twice as long. */
const JOIN_TIMEOUT_MS = 5_000;
const JOIN_TIMEOUT_MAX_MS = 40_000;
/** Numbers to look for behind the cursor where not even the answer to the smallest join can be read. */
const PROBE_LENGTH = 256;

export interface JoinsSurroundings {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly historyMax: number;
  readonly conversations: Conversations;
  readonly send: (dialId: DialId, frame: OutboundFrame) => boolean | null;
  /** How long a join has to wait for messages, and for the pace of all frames; 0 for not at all. */
  readonly joinWaitMs: (terms: ServerTerms) => number;
  /** Conversations that `open` waits for. */
  readonly urgentIds: () => ReadonlySet<string | null>;
  /** From here on live frames wait for the answer. */
  readonly onAsked: (conversation: ConversationState) => void;
  readonly onChanges: (conversation: ConversationState, changes: readonly InboxChange[]) => void;
  readonly onReady: (joins: Joins) => void;
  /** Answered, but there are more. */
  readonly onAnswered: (dialId: DialId) => void;
}

export class Joins {
  readonly agreement: Agreement;
  /** False beside the connection in use, whose frames wait for nothing. */
  isInUse = false;
  readonly #around: JoinsSurroundings;
  /** Joins that may have to be sent again, one timer a conversation. */
  readonly #timers: NamedTimers<string>;
  readonly #turns: NamedTimers<'turn'>;
  /** In the order in which they are sent. */
  #waiting = new Set<string>();
  /** Wait until the connection is open. */
  #later: readonly string[] = [];
  #sentAtMs = 0;
  #sentCount = 0;
  readonly #pause = new JoinPause();
  #timeoutMs = JOIN_TIMEOUT_MS;
  /** Messages to ask for where an answer was too big. */
  readonly #limits = new Map<string, number>();
  /** Where a conversation stood when even the smallest answer was too big; null if it had no place in its log yet. */
  readonly #without = new Map<string, number | null>();

  constructor(agreement: Agreement, around: JoinsSurroundings) {
    this.agreement = agreement;
    this.#around = around;
    const { clock, turn } = around;
    this.#timers = new NamedTimers(clock, (id) =>
      turn.run(() => {
        this.#waiting.add(id);
        this.#proceed();
      }),
    );
    this.#turns = new NamedTimers(clock, () =>
      turn.run(() => {
        this.#proceed();
        // What waited may be gone.
        if (this.#isDone) this.conclude();
      }),
    );
  }

  /** After the hello if there was none; one join of a conversation at a time, and the one asked for last goes first. */
  ask(conversation: ConversationState): void {
    const { id } = conversation;
    if (!this.agreement.hasGreeted || this.agreement.joining.has(id)) return;
    this.#waiting = new Set([id, ...this.#waiting]);
    this.#hold(conversation);
    this.#proceed();
  }

  askAll(): void {
    const conversations = [...this.#around.conversations.list()];
    for (const conversation of conversations) this.#hold(conversation);
    this.#lineUp(conversations.map(({ id }) => id));
    this.#proceed();
    if (this.#isDone) this.conclude();
  }

  /** A message goes where its conversation is joined, or was asked for before it. */
  hasten(conversationId: string): void {
    if (this.#waiting.has(conversationId) && !this.agreement.joining.has(conversationId)) this.#send(conversationId);
  }

  /** The server cannot do this one now. */
  postpone(conversationId: string, retryAfterMs: number | null): void {
    this.#timers.start(conversationId, JoinPause.lengthMs(retryAfterMs));
  }

  /** The server has too many frames, so none of the others would do better. */
  pause(conversationId: string, retryAfterMs: number | null): void {
    this.#timers.stop(conversationId);
    this.agreement.joining.delete(conversationId);
    this.#waiting = new Set([conversationId, ...this.#waiting]);
    this.#pause.begin(this.#around.clock.nowMs(), retryAfterMs);
    this.#proceed();
  }

  /** What an answer changed; null if none was asked for. */
  take(conversation: ConversationState | null, answer: JoinAnswer): readonly InboxChange[] | null {
    const { agreement } = this;
    const askedFrom = agreement.joining.get(answer.conversationId);
    this.#end(answer.conversationId);
    this.#without.delete(answer.conversationId);
    if (askedFrom === undefined || conversation === null) return null;
    const canAsk = agreement.terms.ranges && !agreement.asked.has(conversation.id);
    const { recovered, changes } = conversation.inbox.join(answer, canAsk, askedFrom);
    if (recovered === 'partial') agreement.asked.add(conversation.id);
    agreement.noteRecovery(recovered);
    return changes;
  }

  /** Open means: greeted, and where it was in what it waits for. What follows from an answer may have joined again. */
  conclude(): void {
    const { agreement } = this;
    if (agreement.isReady) return;
    if (!this.#isDone) return this.#around.onAnswered(agreement.dialId);
    agreement.isReady = true;
    this.#around.onReady(this);
    this.#waiting = new Set([...this.#waiting, ...this.#later]);
    this.#later = [];
    this.#proceed();
  }

  /** A join is over without an answer. */
  settle(conversationId: string): void {
    this.#end(conversationId);
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
      this.#send(id);
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
    if (!this.agreement.isReady) this.#lineUp([...this.#waiting]);
    for (const id of [...other.agreement.joining.keys(), ...other.#waiting, ...other.#later]) {
      const conversation = this.#around.conversations.get(id);
      if (conversation !== null) this.ask(conversation);
    }
    other.stop();
  }

  stop(): void {
    this.#timers.stopAll();
    this.#turns.stopAll();
    this.#waiting.clear();
    this.#later = [];
  }

  /** Beside the connection in use nobody waits, and a conversation that is not joined when it takes over would be late. */
  #lineUp(ids: readonly string[]): void {
    const urgentIds = this.#around.urgentIds();
    const urgent = ids.filter((id) => urgentIds.has(id));
    const inOrder = [...urgent, ...ids.filter((id) => !urgentIds.has(id))];
    const count = this.isInUse ? Math.max(JOINS_AT_ONCE, urgent.length) : ids.length;
    this.#waiting = new Set(inOrder.slice(0, count));
    this.#later = inOrder.slice(count);
  }

  get #isDone(): boolean {
    return this.agreement.joining.size + this.#waiting.size === 0;
  }

  get #isFull(): boolean {
    const { joining } = this.agreement;
    // What has to be asked again is not worth waiting for.
    return [...joining.keys()].filter((id) => !this.#waiting.has(id)).length >= JOINS_AT_ONCE;
  }

  #proceed(): void {
    for (const id of this.#waiting) {
      if (this.#isFull) return;
      const waitMs = this.#waitMs();
      if (waitMs > 0) return this.#turns.start('turn', waitMs);
      this.#send(id);
    }
  }

  #waitMs(): number {
    const nowMs = this.#around.clock.nowMs();
    const pausedMs = this.#pause.leftMs(nowMs);
    if (pausedMs > 0) return pausedMs;
    // The first ones are counted, but what waits for them must not depend on what was sent before.
    if (this.#sentCount < JOINS_AT_ONCE) return 0;
    return Math.min(this.#around.joinWaitMs(this.agreement.terms), this.#sentAtMs + JOIN_EVERY_MS - nowMs);
  }

  /** From here on live frames wait for the answer. */
  #hold(conversation: ConversationState): void {
    if (!this.isInUse) return;
    conversation.inbox.startJoin();
    this.#around.onAsked(conversation);
  }

  #end(conversationId: string): void {
    this.#timers.stop(conversationId);
    this.agreement.joining.delete(conversationId);
    this.#waiting.delete(conversationId);
    this.#pause.end();
    this.#proceed();
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

  #send(id: string): void {
    const { agreement } = this;
    this.#waiting.delete(id);
    const conversation = this.#around.conversations.get(id);
    if (conversation === null) return;
    const { inbox } = conversation;
    const isAsked = this.#around.send(agreement.dialId, {
      type: 'join',
      conversationId: id,
      after: inbox.cursor,
      streams: inbox.streams.offsets(),
      limit: this.#limitOf(id),
      unconfirmed: inbox.messages.unconfirmed(),
    });
    if (isAsked !== true) return;
    this.#sentAtMs = this.#around.clock.nowMs();
    this.#sentCount += 1;
    if (agreement.joining.has(id)) this.#timeoutMs = Math.min(JOIN_TIMEOUT_MAX_MS, 2 * this.#timeoutMs);
    agreement.joining.set(id, inbox.cursor);
    this.#hold(conversation);
    // Before `open` the attempt's own deadline watches over the joins.
    if (agreement.isReady) this.#timers.start(id, this.#timeoutMs);
  }
}
