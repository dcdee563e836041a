/** One conversation's inbound side: seen? in order? part of a stream? then keep, and tell what changed. */

import type { Cursor, InboundFrame, LogFrame, Recovery, WireMessage } from '../frame.js';
import type { MessageId, MessageRow } from '../message.js';
import { AnswerStreams } from './answer-streams.js';
import { History } from './history.js';
import type { InboxChange } from './inbox-change.js';
import { LogPosition } from './log-position.js';
import { MessageRows } from './message-rows.js';

export interface InboxBounds {
  readonly historyMax: number;
  readonly seenMax: number;
  readonly reorderMax: number;
}

type FrameOf<Type extends InboundFrame['type']> = Extract<InboundFrame, { readonly type: Type }>;

export class Inbox {
  readonly streams: AnswerStreams;
  readonly messages: MessageRows;
  readonly #history: History;
  readonly #position: LogPosition<LogFrame>;
  #hasOlder = false;
  #hasJoined = false;

  constructor(conversationId: string, bounds: InboxBounds, makeKey: () => string) {
    this.#history = new History(bounds.historyMax);
    this.#position = new LogPosition(bounds.reorderMax);
    this.streams = new AnswerStreams(this.#history);
    const { streams } = this;
    this.messages = new MessageRows({
      conversationId,
      history: this.#history,
      streams,
      seenMax: bounds.seenMax,
      makeKey,
    });
  }

  get rows(): readonly MessageRow[] {
    return this.#history.rows;
  }

  get hasOlder(): boolean {
    return this.#hasOlder;
  }

  /** The last number applied; null before the first join of a server with numbers. */
  get cursor(): Cursor | null {
    return this.#position.cursor;
  }

  get oldestSeq(): number | null {
    return this.#history.oldestSeq;
  }

  find(id: MessageId): MessageRow | null {
    return this.#history.find(id);
  }

  dropOwn(clientMessageId: string): void {
    this.#history.dropPending(clientMessageId);
  }

  /** From here until the answer, live frames wait. */
  startJoin(): void {
    this.#position.startJoin();
  }

  /** The answer to a join: what was missed, or the history anew. */
  join(frame: FrameOf<'joined'>): { readonly recovered: Recovery; readonly changes: readonly InboxChange[] } {
    const before = this.#position.cursor;
    const recovered = this.#readRecovery(frame, before);
    const isResume = this.#hasJoined && recovered !== 'none';
    const changes: InboxChange[] = [];
    if (this.#hasJoined && recovered === 'none') changes.push(this.#reset());
    if (recovered === 'partial') changes.push(...findLoss(frame, before));
    changes.push(...this.#takeAll(frame.messages, isResume));
    if (!isResume) this.#hasOlder = frame.hasOlder;
    this.#hasJoined = true;
    this.#position.settle(readCursor(frame));
    changes.push(...this.#applyReady());
    if (this.#position.hasHole) changes.push({ type: 'rejoin-needed' });
    return { recovered, changes };
  }

  /** A frame of the log, in whatever order it came. */
  receive(frame: LogFrame): readonly InboxChange[] {
    const seq = frame.type === 'message' ? frame.message.seq : frame.seq;
    if (seq === null) return this.#apply(frame);
    switch (this.#position.place('epoch' in frame ? frame.epoch : null, seq)) {
      case 'known':
        return (frame.type === 'message' ? this.messages.recall(frame.message) : null) ?? [{ type: 'duplicate' }];
      case 'other-epoch':
        return [{ type: 'rejoin-needed' }];
      case 'early':
        this.#position.hold(seq, frame);
        return this.#position.hasHole ? [{ type: 'rejoin-needed' }] : [];
      case 'next': {
        const changes = this.#apply(frame);
        this.#position.advance(seq);
        return [...changes, ...this.#applyReady()];
      }
    }
  }

  /** The server is further than this: something at the tail went missing. */
  isBehind(latestSeq: number): boolean {
    const { cursor } = this.#position;
    return cursor !== null && cursor.seq < latestSeq;
  }

  /** Rows from further back. */
  prepend(frame: FrameOf<'history-page'>): readonly MessageRow[] {
    this.#hasOlder = frame.hasOlder;
    const fresh = new Map(frame.messages.map((message) => [message.id, message]));
    for (const id of fresh.keys()) if (this.#history.find(id) !== null) fresh.delete(id);
    const rows = [...fresh.values()].map((message) => this.messages.toOlderRow(message));
    this.#history.prepend(rows);
    return rows;
  }

  /** The server's order is kept where messages have no numbers: a missed one goes before the next that is here. */
  #takeAll(messages: readonly WireMessage[], isNews: boolean): readonly InboxChange[] {
    const nextIds = new Map<MessageId, MessageId | null>();
    let nextId: MessageId | null = null;
    for (const { id } of [...messages].reverse()) {
      nextIds.set(id, nextId);
      if (this.#history.find(id) !== null) nextId = id;
    }
    return messages.flatMap((message) => this.messages.take(message, isNews, nextIds.get(message.id) ?? null));
  }

  #reset(): InboxChange {
    this.#history.reset();
    this.streams.clear();
    this.messages.forgetSeen();
    return { type: 'reset' };
  }

  /** By the server's word and the numbers; where there are none, by whether the histories overlap. */
  #readRecovery(frame: FrameOf<'joined'>, before: Cursor | null): Recovery {
    if (!this.#hasJoined) return frame.recovered ?? 'full';
    if (frame.epoch !== null && frame.latestSeq !== null && before !== null) {
      const wentBack = frame.epoch !== before.epoch || frame.latestSeq < before.seq;
      return wentBack ? 'none' : (frame.recovered ?? 'full');
    }
    const overlaps = frame.messages.some((message) => this.messages.isKnown(message.id));
    const hadNothing = this.#history.rows.every((row) => row.id === null);
    return overlaps || hadNothing ? 'full' : 'none';
  }

  #applyReady(): readonly InboxChange[] {
    const changes: InboxChange[] = [];
    for (let ready = this.#position.takeReady(); ready !== null; ready = this.#position.takeReady()) {
      changes.push(...this.#apply(ready.event));
      this.#position.advance(ready.seq);
    }
    return changes;
  }

  #apply(frame: LogFrame): readonly InboxChange[] {
    switch (frame.type) {
      case 'message':
        return this.messages.take(frame.message, true);
      case 'stream-start':
        return this.messages.isKnown(frame.id) ? [{ type: 'duplicate' }] : this.#startAnswer(frame);
      case 'read':
        if (frame.readBy === this.messages.selfId) return [];
        this.messages.markRead(frame.messageIds);
        return [{ type: 'read', messageIds: frame.messageIds, readBy: frame.readBy }];
      case 'message-updated':
      case 'message-deleted':
        return [];
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

/** The place in the log that a join brought us to; servers without numbers stay at their beginning. */
function readCursor(frame: FrameOf<'joined'>): Cursor | null {
  return frame.epoch === null || frame.latestSeq === null ? null : { epoch: frame.epoch, seq: frame.latestSeq };
}

function findLoss(frame: FrameOf<'joined'>, before: Cursor | null): readonly InboxChange[] {
  const firstSeq = frame.messages[0]?.seq ?? (frame.latestSeq === null ? null : frame.latestSeq + 1);
  if (before === null || firstSeq === null || firstSeq <= before.seq + 1) return [];
  return [{ type: 'gap-lost', fromSeq: before.seq + 1, toSeq: firstSeq - 1 }];
}
