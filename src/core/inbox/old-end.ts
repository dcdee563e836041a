/** The old end of a history: what lies before it, and the pages that go in front. */

import type { InboundFrame, WireMessage } from '../frame.js';
import type { MessageId, MessageRow } from '../message.js';
import type { AnswerStreams } from './answer-streams.js';
import type { History } from './history.js';
import type { InboxChange } from './inbox-change.js';
import type { MessageRows } from './message-rows.js';
import type { JoinAnswer } from './recovery.js';

type HistoryPage = Extract<InboundFrame, { readonly type: 'history-page' }>;

export class OldEnd {
  readonly #history: History;
  readonly #messages: MessageRows;
  readonly #streams: AnswerStreams;
  #hasOlder = false;

  constructor(history: History, messages: MessageRows, streams: AnswerStreams) {
    this.#history = history;
    this.#messages = messages;
    this.#streams = streams;
  }

  /** By the server's word. */
  get hasOlder(): boolean {
    return this.#hasOlder;
  }

  /** A history begins with what a join brings. */
  begin({ messages, latestSeq, hasOlder }: JoinAnswer): void {
    this.#hasOlder = hasOlder;
    this.#history.fromSeq = messages[0]?.seq ?? (latestSeq === null ? null : latestSeq + 1);
  }

  /** A history begins at a number; the server has what lies before it. */
  beginAt(fromSeq: number): void {
    this.#hasOlder = true;
    this.#history.fromSeq = fromSeq;
  }

  /** Moves over the number before the history; null where there is none. */
  skip(): readonly InboxChange[] | null {
    const seq = (this.#history.fromSeq ?? 0) - 1;
    if (seq < 1) return null;
    this.#history.fromSeq = seq;
    return [{ type: 'gap-lost', fromSeq: seq, toSeq: seq }];
  }

  /** Rows from further back; those that stood alone there are among them now. */
  prepend(page: HistoryPage): readonly MessageRow[] {
    const history = this.#history;
    history.keepAll(false);
    this.#hasOlder = page.hasOlder;
    const older = this.#inFront(this.#newOf(page));
    const rows = older.flatMap((message) => this.#messages.toOlderRow(message) ?? []);
    // A page of tombstones leaves no row to tell how far back it went.
    const firstSeq = page.messages[0]?.seq ?? null;
    history.prepend(rows, history.isBefore(firstSeq) ? firstSeq : (history.fromSeq ?? firstSeq));
    for (const row of rows) this.#streams.adopt(row);
    return rows;
  }

  #newOf({ messages }: HistoryPage): readonly WireMessage[] {
    const fresh = new Map<MessageId, WireMessage>();
    const names = new Set<string>();
    for (const message of messages) {
      const { id, senderId, clientMessageId } = message;
      // The names that senders gave tell second copies, which have other ids.
      const name = JSON.stringify([senderId, clientMessageId ?? id]);
      if (!names.has(name) && !this.#messages.isShown(message)) fresh.set(id, message);
      names.add(name);
    }
    return [...fresh.values()];
  }

  /** What fits in front: places that go up, and that no row has. A page that contradicts them loses what does. */
  #inFront(messages: readonly WireMessage[]): readonly WireMessage[] {
    const taken = new Set(this.#history.alone.map(({ seq }) => seq));
    let nextSeq = this.#history.fromSeq ?? Number.POSITIVE_INFINITY;
    const fitting = [...messages].reverse().filter(({ seq }) => {
      if (seq === null) return true;
      const isOlder = seq < nextSeq && !taken.has(seq);
      nextSeq = Math.min(nextSeq, seq);
      return isOlder;
    });
    return fitting.reverse();
  }
}
