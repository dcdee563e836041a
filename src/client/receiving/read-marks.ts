/** What this user has read: told at most once a second, each message once, and again until the server has confirmed it. */

import type { OutboundFrame, RefusalVerdict } from '../../core/frame.js';
import type { MessageId, MessageRow } from '../../core/message.js';
import type { Clock } from '../../ports/clock.js';
import { NamedTimers } from '../named-timers.js';
import type { Turn } from '../telling/turn.js';
import type { ConversationState } from './conversation-state.js';

const SENT_APART_MS = 1_000;
const REFUSAL_PAUSE_MAX_MS = 60_000;
/** The most that one frame holds. */
const FRAME_IDS_MAX = 1_000;
/** Marks held for a server that never confirms any; the oldest are given up. */
const HELD_MAX = 2_000;

export interface ReadMarksSurroundings {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly send: (frame: OutboundFrame) => boolean | null;
}

/** What a mark needs to know of a row. */
type Markable = Pick<MessageRow, 'id' | 'seq' | 'sender'>;

interface Marks {
  readonly waiting: Set<MessageId>;
  /** Sent on this connection, frame by frame, and not confirmed. */
  readonly sent: (readonly MessageId[])[];
  /** Up to here everything is marked. */
  last: Markable | null;
  epoch: string | null;
}

export class ReadMarks {
  readonly #around: ReadMarksSurroundings;
  readonly #marks = new Map<string, Marks>();
  /** One timer a conversation, named by its id. */
  readonly #timers: NamedTimers<string>;

  constructor(around: ReadMarksSurroundings) {
    this.#around = around;
    this.#timers = new NamedTimers(around.clock, (id) => around.turn.run(() => this.#flush(id)));
  }

  /**
   * Marks what others wrote up to and with `upTo`; all of it for null. Nothing is ever unmarked. `shown`: what the user
   * sees, which may hold rows that are evicted since.
   */
  mark(conversation: ConversationState, upTo: MessageId | null, shown: readonly Markable[]): void {
    const { id, inbox } = conversation;
    const marks = this.#marks.get(id) ?? { waiting: new Set(), sent: [], last: null, epoch: null };
    this.#marks.set(id, marks);
    const epoch = inbox.cursor?.epoch ?? null;
    if (epoch !== marks.epoch) Object.assign(marks, { last: null, epoch });
    const { last } = marks;
    // Nothing that is shown lies behind a row that is here and not shown yet.
    const isAhead = upTo !== null && inbox.find(upTo) !== null && !shown.some((row) => row.id === upTo);
    for (const row of [...findUnmarked(shown, last, isAhead ? null : upTo), ...findUnmarked(inbox.rows, last, upTo)]) {
      marks.last = row;
      if (row.id !== null && row.sender.role !== 'self') marks.waiting.add(row.id);
    }
    if (marks.last !== last && !this.#timers.isRunning(id)) this.#flush(id);
  }

  /** The server has them: those named, or the frame that was sent first. */
  confirm(conversationId: string, messageIds: readonly MessageId[] | null = null): void {
    const marks = this.#marks.get(conversationId);
    if (marks === undefined) return;
    if (messageIds === null) {
      marks.sent.shift();
      return;
    }
    const confirmed = new Set(messageIds);
    for (const id of confirmed) marks.waiting.delete(id);
    const left = marks.sent.map((ids) => ids.filter((id) => !confirmed.has(id)));
    marks.sent.splice(0, marks.sent.length, ...left.filter((ids) => ids.length > 0));
  }

  /** The server does not take the marks sent first: not now, or not ever. False if there are none. */
  refuse(conversationId: string, verdict: RefusalVerdict, retryAfterMs: number | null): boolean {
    const marks = this.#marks.get(conversationId);
    const refused = marks?.sent.shift();
    if (marks === undefined || refused === undefined) return false;
    if (verdict === 'final') return true;
    for (const id of refused) marks.waiting.add(id);
    this.#timers.start(conversationId, Math.min(REFUSAL_PAUSE_MAX_MS, Math.max(SENT_APART_MS, retryAfterMs ?? 0)));
    return true;
  }

  /** Marks that no connection took, or that no server confirmed, go out on the new one. */
  gainConnection(): void {
    for (const id of this.#marks.keys()) this.#flush(id);
  }

  loseConnection(): void {
    this.#timers.stopAll();
    for (const marks of this.#marks.values()) {
      const unconfirmed = [...marks.sent.flat(), ...marks.waiting];
      marks.sent.length = 0;
      marks.waiting.clear();
      for (const id of unconfirmed.slice(-HELD_MAX)) marks.waiting.add(id);
    }
  }

  forget(): void {
    this.#timers.stopAll();
    this.#marks.clear();
  }

  #flush(conversationId: string): void {
    const marks = this.#marks.get(conversationId);
    if (marks === undefined || marks.waiting.size === 0) return;
    const messageIds = [...marks.waiting].slice(0, FRAME_IDS_MAX);
    if (this.#around.send({ type: 'mark-read', conversationId, messageIds }) !== true) return;
    for (const id of messageIds) marks.waiting.delete(id);
    marks.sent.push(messageIds);
    while (marks.sent.flat().length > HELD_MAX) marks.sent.shift();
    this.#timers.start(conversationId, SENT_APART_MS);
  }
}

/** Those behind the last one marked, up to the newest to mark. An unknown message tells nothing of what was read. */
function findUnmarked(rows: readonly Markable[], last: Markable | null, upTo: MessageId | null): readonly Markable[] {
  const newest = lastIndexOf(rows, (row) => row.id !== null && (upTo === null || row.id === upTo));
  return rows.slice(lastIndexOf(rows, (row) => isUpTo(row, last)) + 1, newest + 1);
}

/** Rows of another number come before or after by it; a row without one is found again by what it is. */
function isUpTo(row: Markable, last: Markable | null): boolean {
  if (last === null) return false;
  if (row.seq !== null && last.seq !== null) return row.seq <= last.seq;
  return row.id === last.id;
}

function lastIndexOf(rows: readonly Markable[], isIt: (row: Markable) => boolean): number {
  let index = rows.length - 1;
  for (let row = rows[index]; row !== undefined && !isIt(row); row = rows[index]) index -= 1;
  return index;
}
