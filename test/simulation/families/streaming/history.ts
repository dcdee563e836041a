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
const ARRIVED: ReadonlySet<string> = new Set(['sent', 'delivered', 'read']);
/** So many messages a join brings by default. */
const JOINED_MAX = 100;

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
      const kept = this.rows.filter(isOfSender).map(wordsOf);
      const newest = this.rows.slice(-JOINED_MAX).filter(isOfSender).map(wordsOf);
      const difference =
        findOdd(shown.map(wordsOf), { kept, newest }) ?? (this.#isUnbroken(life) ? findOutOfOrder(shown, kept) : null);
      if (difference !== null) return `${sender}: ${difference}`;
    }
    return null;
  }

  /**
   * Nothing was ever missed. What the history brings later goes where it fits, and that need not be where it was
   * stored: an answer is shown from its first word on, and stored after its last.
   */
  #isUnbroken({ client, number }: Life): boolean {
    const losses = Object.values(client.metrics().lossesByKind).reduce((sum, count) => sum + count, 0);
    return this.#world.devices.length === 1 && number === 1 && losses === 0;
  }
}

interface Worded {
  readonly content: string;
}

function wordsOf({ content }: Worded): string {
  return content.trim();
}

/** A page that is loaded joins with the newest messages; everything else that it shows must be there, too. */
function findOdd(
  shown: readonly string[],
  { kept, newest }: { readonly kept: readonly string[]; readonly newest: readonly string[] },
): string | null {
  const missing = leaveOut(newest, shown);
  if (missing[0] !== undefined) return `${glimpse(missing[0])} is in the history, and not shown`;
  const odd = leaveOut(shown, kept);
  return odd[0] === undefined ? null : `${glimpse(odd[0])} is shown, and the history has no such message left`;
}

/** Those of a list that are left when each of the others has taken one of its words. */
function leaveOut(list: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return list.filter((words) => {
    const index = left.indexOf(words);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
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
