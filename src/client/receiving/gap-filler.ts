/** Asks the server for what is missing in a log: one range of a conversation at a time, and a join where that fails. */

import type { InboundFrame, OutboundFrame, RefusalVerdict } from '../../core/frame.js';
import type { InboxChange } from '../../core/inbox/inbox-change.js';
import type { SeqRange } from '../../core/inbox/log-position.js';
import type { Clock } from '../../ports/clock.js';
import { NamedTimers } from '../named-timers.js';
import type { Turn } from '../telling/turn.js';
import type { ConversationState } from './conversation-state.js';
import type { Conversations } from './conversations.js';

/** Numbers asked for at once. */
const RANGE_LENGTH_MAX = 256;
/** Asked in vain this often, the log is joined anew. */
const ASKS_MAX = 3;
/** One event is given up when it was too big this often. */
const BIG_ASKS_MAX = 2;
const REFUSAL_PAUSE_MS = 1_000;
const REFUSAL_PAUSE_MAX_MS = 5_000;

export interface GapSurroundings {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly waitMs: number;
  readonly timeoutMs: number;
  readonly conversations: Conversations;
  /** The server gives ranges. */
  readonly canFetch: () => boolean;
  readonly send: (frame: OutboundFrame) => boolean | null;
  readonly rejoin: (conversation: ConversationState) => void;
  readonly onChanges: (conversation: ConversationState, changes: readonly InboxChange[]) => void;
}

interface Search {
  /** Since the log last went on. */
  asks: number;
  /** What the server was asked for last; null while stragglers may still come. */
  asked: SeqRange | null;
  /** Numbers to ask for at once: fewer after an answer that was too big. */
  lengthMax: number;
}

export class GapFiller {
  readonly #around: GapSurroundings;
  readonly #searches = new Map<string, Search>();
  /** One timer a conversation, named by its id. */
  readonly #timers: NamedTimers<string>;

  constructor(around: GapSurroundings) {
    this.#around = around;
    const { clock, turn, conversations } = around;
    this.#timers = new NamedTimers(clock, (id) =>
      turn.run(() => {
        const conversation = conversations.get(id);
        if (conversation === null) this.stop(id);
        else this.#ask(conversation);
      }),
    );
  }

  /** Something is missing. It may be no more than late. */
  search(conversation: ConversationState): void {
    const { id } = conversation;
    if (this.#searches.has(id)) return;
    if (!this.#around.canFetch()) return this.#around.rejoin(conversation);
    this.#searches.set(id, { asks: 0, asked: null, lengthMax: RANGE_LENGTH_MAX });
    this.#timers.start(id, this.#around.waitMs);
  }

  /** What the answer changed; null if it was not asked for. */
  take(
    conversation: ConversationState,
    range: Extract<InboundFrame, { type: 'range' }>,
  ): readonly InboxChange[] | null {
    const { id, inbox } = conversation;
    const search = this.#searches.get(id);
    if (search === undefined || search.asked === null) return null;
    const seqBefore = inbox.cursor?.seq;
    const changes = inbox.fill(range, search.asked);
    if (inbox.hole === null || changes.some(({ type }) => type === 'rejoin-needed')) this.stop(id);
    else if (inbox.cursor?.seq === seqBefore) this.#timers.start(id, this.#around.waitMs * 2 ** search.asks);
    else {
      this.#searches.set(id, { asks: 0, asked: null, lengthMax: Math.min(RANGE_LENGTH_MAX, search.lengthMax * 2) });
      this.#ask(conversation);
    }
    return changes;
  }

  /** The answer to the range that was asked for first was too big; false if none was asked for. */
  askForLess(): boolean {
    for (const [id, search] of this.#searches) {
      const conversation = this.#around.conversations.get(id);
      if (conversation === null || search.asked === null) continue;
      const { fromSeq, toSeq } = search.asked;
      if (fromSeq === toSeq && search.asks >= BIG_ASKS_MAX) this.#giveUp(conversation, search, toSeq);
      else {
        const isOne = fromSeq === toSeq;
        const lengthMax = Math.ceil((toSeq - fromSeq + 1) / 2);
        // Whose answer comes next is last in line.
        this.#searches.delete(id);
        this.#searches.set(id, { asks: isOne ? search.asks : 0, asked: isOne ? search.asked : null, lengthMax });
        this.#ask(conversation);
      }
      return true;
    }
    return false;
  }

  /** The server does not give a range now, or ever; false if none was asked for. */
  refuse(conversationId: string, verdict: RefusalVerdict, retryAfterMs: number | null): boolean {
    const search = this.#searches.get(conversationId);
    if (search === undefined || search.asked === null) return false;
    // Joining is what a server of any kind must grant.
    if (verdict === 'final') search.asks = ASKS_MAX;
    const pauseMs = Math.max(0, retryAfterMs ?? REFUSAL_PAUSE_MS);
    this.#timers.start(conversationId, verdict === 'final' ? 0 : Math.min(REFUSAL_PAUSE_MAX_MS, pauseMs));
    return true;
  }

  /** A join brings what is missing, or says what cannot be had. */
  stop(conversationId: string): void {
    this.#searches.delete(conversationId);
    this.#timers.stop(conversationId);
  }

  stopAll(): void {
    this.#searches.clear();
    this.#timers.stopAll();
  }

  /** Not even one event fits: what it is cannot be had, and the log goes on behind it. */
  #giveUp(conversation: ConversationState, search: Search, seq: number): void {
    const { id, inbox } = conversation;
    const changes = inbox.giveUp(seq);
    search.asked = null;
    search.asks = 0;
    if (inbox.hole === null) this.stop(id);
    else this.#ask(conversation);
    this.#around.onChanges(conversation, changes);
  }

  #ask(conversation: ConversationState): void {
    const { id, inbox } = conversation;
    const search = this.#searches.get(id);
    const { hole } = inbox;
    if (search === undefined || hole === null) return this.stop(id);
    const { fromSeq } = hole;
    const isOpen = search.asked !== null && search.asked.toSeq >= fromSeq;
    // A late answer to an earlier request must mean the same, so what is asked for keeps its end.
    const toSeq =
      search.asked !== null && isOpen ? search.asked.toSeq : Math.min(hole.toSeq, fromSeq + search.lengthMax - 1);
    const isAsked =
      search.asks < ASKS_MAX &&
      this.#around.send({ type: 'fetch-range', conversationId: id, from: fromSeq, to: toSeq }) === true;
    if (!isAsked) {
      this.stop(id);
      return this.#around.rejoin(conversation);
    }
    search.asks += 1;
    search.asked = { fromSeq, toSeq };
    this.#timers.start(id, this.#around.timeoutMs * search.asks);
  }
}
