/** What the assistant's server keeps, and how what a client shows differs from it. */

import type { Life } from '../../device/life.js';
import type { Wire } from '../../world/wire.js';
import type { World } from '../../world/world.js';
import { findOdd, findOutOfOrder, wordsOf } from '../kept-words.js';
import { noteMessage } from '../note-message.js';

export interface Row {
  readonly id: number;
  readonly conversation_id: string;
  readonly sender: 'user' | 'assistant';
  readonly content: string;
  readonly created_at: string;
}

/** What the history does not have so long after a socket was lost counts as never arrived. */
const LOST_AFTER_MS = 2_000;
const ARRIVED: ReadonlySet<string> = new Set(['sent', 'delivered', 'read']);

export class StreamingHistory {
  readonly rows: Row[] = [];
  /** Words that arrived so late that nobody could know of them: they may be there twice. */
  readonly late = new Set<string>();
  readonly #world: World;
  readonly #conversationId: string;

  constructor(world: World, conversationId: string) {
    this.#world = world;
    this.#conversationId = conversationId;
  }

  ask(wire: Wire, content: string, name: string | null): void {
    const { nowMs } = this.#world.timeline;
    if (wire.endedAtMs !== null && nowMs > wire.endedAtMs + LOST_AFTER_MS) this.late.add(content);
    this.add('user', content, name);
  }

  add(sender: Row['sender'], content: string, name: string | null): void {
    const { nowMs } = this.#world.timeline;
    const id = this.rows.length + 1;
    const created_at = new Date(nowMs).toISOString();
    this.rows.push({ id, conversation_id: this.#conversationId, sender, content, created_at });
    noteMessage(this.#world, { conversationId: this.#conversationId, seq: id, senderId: sender, content, name });
  }

  findDifference(life: Life, conversationId: string): string | null {
    const { messages: rows } = life.client.conversation(conversationId).snapshot;
    // What the server does not have stays shown, for its user to decide.
    const messages = rows.filter(({ delivery }) => delivery === null || ARRIVED.has(delivery));
    const growing = messages.find(({ stream }) => stream === 'streaming' || stream === 'stalled');
    if (growing !== undefined) return `${growing.id} is still ${growing.stream}`;
    for (const sender of ['user', 'assistant'] as const) {
      const shown = messages.filter(({ sender: { role } }) => (role === 'self') === (sender === 'user'));
      const isOfSender = (row: Row) => row.sender === sender;
      const words = shown.map(wordsOf);
      const findMisplaced = () => findOutOfOrder(words, this.rows.filter(isOfSender).map(wordsOf));
      const difference = findOdd(words, this.rows, isOfSender) ?? (this.#isUnbroken(life) ? findMisplaced() : null);
      if (difference !== null) return `${sender}: ${difference}`;
    }
    return null;
  }

  /**
   * Nothing was ever missed. What the history brings later goes where it fits, and that need not be where it was
   * stored: an answer is shown from its first word on, and stored after its last.
   */
  #isUnbroken({ client, number, heard }: Life): boolean {
    const losses = Object.values(client.metrics().lossesByKind).reduce((sum, count) => sum + count, 0);
    const isOnOneSocket = losses === 0 && !heard.first.has('handover-finished');
    return this.#world.devices.length === 1 && number === 1 && isOnOneSocket;
  }
}
