/** What this user has read: told at most once a second, each message once, and again if no connection took it. */

import type { OutboundFrame } from '../../core/frame.js';
import { SeenIds } from '../../core/inbox/seen-ids.js';
import type { MessageId } from '../../core/message.js';
import type { Clock } from '../../ports/clock.js';
import { NamedTimers } from '../named-timers.js';
import type { Turn } from '../telling/turn.js';
import type { ConversationState } from './conversation-state.js';

const SENT_APART_MS = 1_000;
const REMEMBERED_MAX = 2_000;

export interface ReadMarksSurroundings {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly send: (frame: OutboundFrame) => boolean | null;
}

interface Marks {
  readonly waiting: Set<MessageId>;
  readonly told: SeenIds;
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

  /** Marks what others wrote up to and with `upTo`; all of it for null. */
  mark(conversation: ConversationState, upTo: MessageId | null): void {
    const { id } = conversation;
    const marks = this.#marks.get(id) ?? { waiting: new Set(), told: new SeenIds(REMEMBERED_MAX) };
    this.#marks.set(id, marks);
    // An unknown message tells nothing of what was read.
    if (upTo !== null && conversation.inbox.find(upTo) === null) return;
    for (const row of conversation.inbox.rows) {
      if (row.id !== null && row.sender.role !== 'self' && !marks.told.has(row.id)) marks.waiting.add(row.id);
      if (row.id !== null && row.id === upTo) break;
    }
    if (!this.#timers.isRunning(id)) this.#flush(id);
  }

  /** Marks that no connection took go out on the new one. */
  gainConnection(): void {
    for (const id of this.#marks.keys()) this.#flush(id);
  }

  loseConnection(): void {
    this.#timers.stopAll();
  }

  forget(): void {
    this.#timers.stopAll();
    this.#marks.clear();
  }

  #flush(conversationId: string): void {
    const marks = this.#marks.get(conversationId);
    if (marks === undefined || marks.waiting.size === 0) return;
    const messageIds = [...marks.waiting];
    if (this.#around.send({ type: 'mark-read', conversationId, messageIds }) !== true) return;
    for (const id of messageIds) marks.told.add(id);
    marks.waiting.clear();
    this.#timers.start(conversationId, SENT_APART_MS);
  }
}
