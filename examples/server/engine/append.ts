/** The one way into a log: stored together with what it changes, shown and told once that is durable. */

import type { Conversation, Patch } from './conversation.js';
import type { LogEntry, MessageEntry, StoreWrite } from './records.js';
import type { Turn } from './turn.js';

export interface Addition {
  readonly conversation: Conversation;
  readonly entry: LogEntry;
  /** Messages that the entry changes, in the same batch. */
  readonly changes?: { readonly messages: readonly MessageEntry[]; readonly patch: Patch };
  /** More for the same batch. */
  readonly writes?: readonly StoreWrite[];
  readonly announce: (turn: Turn, changed: readonly MessageEntry[]) => void;
  /** Decides anew, after another server has written first: the place is taken, and more may have changed. */
  readonly again: (turn: Turn) => void;
}

export function appendEntry(turn: Turn, addition: Addition): void {
  const { conversation, entry, changes, writes = [], announce, again } = addition;
  const stored = changes?.messages.map((message) => conversation.change(message, changes.patch)) ?? [];
  conversation.append(entry);
  conversation.lane.enqueue(turn, {
    writes: [...[entry, ...stored].map((put) => putEntry(conversation, put)), ...writes],
    announce: (told) => {
      conversation.advanceHead(entry.seq);
      const shown = changes?.messages.flatMap(({ seq }) => conversation.show(seq, changes.patch) ?? []) ?? [];
      announce(told, shown);
      dropOld(told, conversation);
    },
    again,
  });
}

/** Lets the store forget what retention has passed. */
export function dropOld(turn: Turn, conversation: Conversation): void {
  const before = conversation.takeDrop();
  if (before === null) return;
  const write: StoreWrite = { type: 'drop-entries', conversationId: conversation.id, before };
  // Where another server writes first, the next drop takes these along.
  conversation.lane.enqueue(turn, { writes: [write], announce: () => {}, again: () => {} });
}

export function putEntry(conversation: Conversation, entry: LogEntry): StoreWrite {
  return { type: 'put-entry', conversationId: conversation.id, entry };
}
