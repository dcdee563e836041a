/** One conversation's inbound side: seen? in order? part of a stream? then keep, and tell what changed. */

import type { Cursor, InboundFrame, LogFrame, Recovery, WireMessage } from '../frame.js';
import type { MessageId, MessageRow } from '../message.js';
import { AnswerStreams } from './answer-streams.js';
import { History } from './history.js';
import type { InboxChange } from './inbox-change.js';
import type { SeqRange } from './log-position.js';
import { MessageRows } from './message-rows.js';
import { OldEnd } from './old-end.js';
import { OrderedLog } from './ordered-log.js';
import { findLoss, type JoinAnswer, judgeLoss, readCursor, readRecovery } from './recovery.js';

export interface InboxBounds {
  readonly historyMax: number;
  readonly seenMax: number;
  readonly reorderMax: number;
}

type FrameOf<Type extends InboundFrame['type']> = Extract<InboundFrame, { readonly type: Type }>;

const NOTHING: readonly InboxChange[] = [];
const DUPLICATE: readonly InboxChange[] = [{ type: 'duplicate' }];
const CONTRADICTION: readonly InboxChange[] = [{ type: 'contradiction' }];

export class Inbox {
  readonly streams: AnswerStreams;
  readonly messages: MessageRows;
  readonly #history: History;
  readonly #oldEnd: OldEnd;
  readonly #log: OrderedLog;
  readonly #historyMax: number;
  #hasJoined = false;
  #doubts = NOTHING;

  constructor(conversationId: string, bounds: InboxBounds, makeKey: () => string) {
    this.#historyMax = bounds.historyMax;
    this.#history = new History(bounds.historyMax);
    this.streams = new AnswerStreams(this.#history);
    const { streams } = this;
    this.messages = new MessageRows({
      conversationId,
      history: this.#history,
      streams,
      bounds,
      makeKey,
    });
    this.#oldEnd = new OldEnd(this.#history, this.messages, streams);
    this.#log = new OrderedLog(bounds.reorderMax, {
      apply: (event) => this.#apply(event),
      recall: (event, seq) => this.#recall(event, seq),
    });
  }

  get rows(): readonly MessageRow[] {
    return this.#history.rows;
  }

  /** Evicted rows can be had again from a server with numbers. */
  get hasOlder(): boolean {
    return this.#oldEnd.hasOlder || (this.#history.hasEvicted && this.cursor !== null);
  }

  /** The last number applied; null before the first join of a server with numbers. */
  get cursor(): Cursor | null {
    return this.#log.cursor;
  }

  /** What is missing next; null while nothing is, or a join is on its way. */
  get hole(): SeqRange | null {
    return this.#log.hole;
  }

  /** Where the next older page ends; null is the end of the log. */
  get fromSeq(): number | null {
    return this.#history.fromSeq;
  }

  find(id: MessageId): MessageRow | null {
    return this.#history.find(id);
  }

  dropOwn(clientMessageId: string): void {
    this.#history.dropPending(clientMessageId);
  }

  /**
   * The ack of an own message. Its number may show that something before it is missing, or behind it; `takeDoubts`
   * tells. One that belongs to an older page stays in the tail until that page comes: in front, it would hide what lies
   * between. Where the server has no older page, what lies between is lost.
   */
  confirm(clientMessageId: string, id: MessageId | null, seq: number | null): void {
    const isOlder = this.hasOlder && this.#history.isBefore(seq);
    const isRight = this.messages.confirm(clientMessageId, isOlder ? null : id, seq);
    if (!isRight) this.#doubts = CONTRADICTION;
    else if (seq !== null) this.#doubts = [...this.#reachBack(seq), ...this.noteHead(seq)];
  }

  takeDoubts(): readonly InboxChange[] {
    const doubts = this.#doubts;
    this.#doubts = NOTHING;
    return doubts;
  }

  /** From here until the answer, live frames wait. */
  startJoin(): void {
    this.#log.startJoin();
    this.streams.startJoin();
  }

  /**
   * The answer to a join: what was missed, or the history anew. `canAsk`: what it leaves out may be asked for before
   * it is given up. `askedFrom`: the place that the server was asked to go on from.
   */
  join(
    answer: JoinAnswer,
    canAsk = false,
    askedFrom: Cursor | null = this.cursor,
  ): { readonly recovered: Recovery; readonly changes: readonly InboxChange[] } {
    const before = this.cursor;
    const recovered = this.#readRecovery(answer, before, askedFrom);
    const isResume = this.#hasJoined && recovered !== 'none';
    const loss = recovered === 'partial' ? findLoss(answer, before) : null;
    const verdict = loss === null ? null : judgeLoss(loss, answer, { canAsk, historyMax: this.#historyMax });
    if (loss !== null && verdict === 'ask') {
      return { recovered, changes: [...this.#log.defer(answer, loss.toSeq + 1), ...this.streams.endJoin()] };
    }
    const changes: InboxChange[] = [];
    if (this.#hasJoined && recovered === 'none') changes.push(this.#reset());
    if (loss !== null && verdict === 'page') changes.push(this.#beginAnew(loss.toSeq + 1));
    else if (loss !== null) changes.push({ type: 'gap-lost', ...loss });
    if (!isResume) this.#oldEnd.begin(answer);
    changes.push(...this.#takeAnswer(answer, isResume));
    this.#hasJoined = true;
    changes.push(...this.streams.endJoin());
    return { recovered, changes };
  }

  /** The answer cannot be had. What has waited for it follows. */
  giveUpJoin(): readonly InboxChange[] {
    return [...this.#log.settle(this.cursor), ...this.streams.endJoin()];
  }

  /** A frame of the log, in whatever order it came. `sizeChars`: what it takes to keep it while it waits. */
  receive(frame: LogFrame, sizeChars = 0): readonly InboxChange[] {
    return this.#log.receive(frame, sizeChars);
  }

  /** The answer to a range that was asked for. */
  fill(range: FrameOf<'range'>, asked: SeqRange): readonly InboxChange[] {
    return this.#log.fill(range, asked);
  }

  /** What cannot be had, up to a number. */
  giveUp(toSeq: number): readonly InboxChange[] {
    return this.#log.giveUp(toSeq);
  }

  /** The server says how far its log goes. */
  noteHead(latestSeq: number): readonly InboxChange[] {
    return this.#log.noteHead(latestSeq);
  }

  /** An older page is asked for: until `prepend` or `endPage` no row is evicted. */
  startPage(): void {
    this.#history.keepAll(true);
  }

  /** One older message alone cannot be had: the next page ends before it. Null where no number says which it is. */
  skipOlder(): readonly InboxChange[] | null {
    return this.#oldEnd.skip();
  }

  endPage(): void {
    this.#history.keepAll(false);
  }

  /** Rows from further back. */
  prepend(page: FrameOf<'history-page'>): readonly MessageRow[] {
    return this.#oldEnd.prepend(page);
  }

  #takeAnswer(answer: JoinAnswer, isResume: boolean): readonly InboxChange[] {
    const changes = this.#takeAll(answer.messages, isResume ? this.cursor : null, isResume);
    return [...changes, ...this.#log.settle(readCursor(answer, isResume ? this.cursor : null))];
  }

  /** The server's order is kept where messages have no numbers: a missed one goes before the next that is here. */
  #takeAll(messages: readonly WireMessage[], after: Cursor | null, isNews: boolean): readonly InboxChange[] {
    const nextIds = new Map<MessageId, MessageId | null>();
    let nextId: MessageId | null = null;
    for (const { id, seq } of [...messages].reverse()) {
      nextIds.set(id, nextId);
      if (this.#history.find(id) === null) continue;
      // Two connections may have brought them the other way round.
      if (seq === null && nextId !== null) this.#history.putBefore(id, nextId);
      nextId = id;
    }
    return messages.flatMap((message) =>
      after !== null && message.seq !== null && message.seq <= after.seq
        ? this.#revise(message)
        : this.messages.take(message, isNews, nextIds.get(message.id) ?? null),
    );
  }

  /** A message that was here before, as it is now; where it was evicted there is nothing to show. */
  #revise(message: WireMessage): readonly InboxChange[] {
    return (message.deleted ? this.messages.delete(message.id) : this.messages.recall(message)) ?? NOTHING;
  }

  /** The history begins with this row now, if it is shown in front of the others. */
  #reachBack(seq: number): readonly InboxChange[] {
    const { fromSeq } = this.#history;
    if (fromSeq === null || seq >= fromSeq || this.#history.findBySeq(seq) === null) return NOTHING;
    this.#history.fromSeq = seq;
    return seq + 1 < fromSeq ? [{ type: 'gap-lost', fromSeq: seq + 1, toSeq: fromSeq - 1 }] : NOTHING;
  }

  /** The rows give way, as they would have to rows that came one by one. What is before a number can be had in pages. */
  #beginAnew(fromSeq: number): InboxChange {
    this.#history.giveWay();
    this.#oldEnd.beginAt(fromSeq);
    return { type: 'reset' };
  }

  #reset(): InboxChange {
    this.#history.reset();
    this.streams.clear();
    this.messages.forgetSeen();
    return { type: 'reset' };
  }

  /** Where there are no numbers, by whether the histories overlap. */
  #readRecovery(answer: JoinAnswer, before: Cursor | null, askedFrom: Cursor | null): Recovery {
    if (!this.#hasJoined) return answer.recovered ?? 'full';
    const told = readRecovery(answer, before, askedFrom);
    if (told !== null) return told;
    if (answer.recovered !== null) return answer.recovered;
    const overlaps = answer.messages.some((message) => this.messages.isKnown(message.id));
    const hadNothing = this.#history.rows.every((row) => row.id === null);
    return overlaps || hadNothing ? 'full' : 'none';
  }

  /** A number that was applied comes again. Another message at its place is a contradiction, and changes nothing. */
  #recall(frame: LogFrame, seq: number): readonly InboxChange[] {
    if (frame.type === 'message-updated') return this.messages.update(frame.message, seq);
    if (frame.type === 'message-deleted') return this.messages.delete(frame.id);
    if (frame.type !== 'message') return DUPLICATE;
    const shown = this.#history.findBySeq(seq);
    if (shown !== null && shown.id !== frame.message.id) return CONTRADICTION;
    return this.messages.recall(frame.message) ?? DUPLICATE;
  }

  #apply(frame: LogFrame | JoinAnswer): readonly InboxChange[] {
    switch (frame.type) {
      case 'joined':
        return this.#takeAnswer(frame, true);
      case 'message':
        return this.messages.take(frame.message, true, frame.beforeId);
      case 'message-updated':
        return this.messages.update(frame.message, frame.seq);
      case 'message-deleted':
        return this.messages.delete(frame.id);
      case 'stream-start':
        return this.messages.isKnown(frame.id) ? DUPLICATE : this.#startAnswer(frame);
      case 'read':
        if (frame.readBy !== this.messages.selfId) this.messages.markRead(frame.messageIds);
        return [{ type: 'read', messageIds: frame.messageIds, readBy: frame.readBy }];
    }
  }

  #startAnswer(frame: FrameOf<'stream-start'>): readonly InboxChange[] {
    const { id, conversationId, senderId, createdAtMs, seq, inReplyTo } = frame;
    return this.messages.take(
      {
        id,
        clientMessageId: null,
        conversationId,
        senderId,
        senderRole: 'assistant',
        content: '',
        createdAtMs,
        seq,
        inReplyTo,
        streaming: true,
        changedSeq: null,
        deleted: false,
        isRead: false,
        metadata: null,
      },
      true,
    );
  }
}
