/** What the assistant's server keeps, and how what a client shows differs from it. */

import type { ChatMessage } from '../../../../src/client/chat-message.js';
import type { Life } from '../../device/life.js';
import type { Wire } from '../../world/wire.js';
import type { World } from '../../world/world.js';
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

  findDifference({ client }: Life, conversationId: string): string | null {
    const { messages } = client.conversation(conversationId).snapshot;
    const growing = messages.find(({ stream }) => stream === 'streaming' || stream === 'stalled');
    if (growing !== undefined) return `${growing.id} is still ${growing.stream}`;
    for (const sender of ['user', 'assistant'] as const) {
      const shown = messages.filter(({ sender: { role } }) => (role === 'self') === (sender === 'user'));
      const kept = this.rows.filter((row) => row.sender === sender).map(wordsOf);
      const difference = findOdd(shown.map(wordsOf), kept) ?? findMisplaced(shown, kept);
      if (difference !== null) return `${sender}: ${difference}`;
    }
    return null;
  }
}

interface Worded {
  readonly content: string;
}

function wordsOf({ content }: Worded): string {
  return content.trim();
}

function findOdd(shown: readonly string[], kept: readonly string[]): string | null {
  const left = [...kept];
  for (const words of shown) {
    const index = left.indexOf(words);
    if (index < 0) return `${glimpse(words)} is shown, and the history has no such message left`;
    left.splice(index, 1);
  }
  return left[0] === undefined ? null : `${glimpse(left[0])} is in the history, and not shown`;
}

/**
 * An answer is stored behind questions that came while it grew, so each kind is held to its own order. So is what was
 * heard as it was said, and what was only read: that is shown behind what had begun by then.
 */
function findMisplaced(shown: readonly ChatMessage[], kept: readonly string[]): string | null {
  const isHeard = ({ id, clientMessageId }: ChatMessage) =>
    clientMessageId !== null || id?.startsWith('answer-') === true;
  return (
    findOutOfOrder(shown.filter(isHeard), kept) ??
    findOutOfOrder(
      shown.filter((one) => !isHeard(one)),
      kept,
    )
  );
}

function findOutOfOrder(shown: readonly ChatMessage[], kept: readonly string[]): string | null {
  let from = 0;
  for (const words of shown.map(wordsOf)) {
    const index = kept.indexOf(words, from);
    if (index < 0) return `${glimpse(words)} is shown after what came later`;
    from = index + 1;
  }
  return null;
}

function glimpse(text: string): string {
  return `${text.length} ${JSON.stringify(text.slice(0, 24))}`;
}
