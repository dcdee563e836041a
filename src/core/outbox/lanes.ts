/** What waits to be sent: a line for each conversation, by `order`. Both ends are cheap, however long a line is. */

import type { OutboxEntry } from './outbox-entry.js';

/** A place in a line; the entry in it changes, the place stays. */
export interface Waiting {
  entry: OutboxEntry;
  before: Waiting | null;
  after: Waiting | null;
}

interface Lane {
  first: Waiting;
  last: Waiting;
}

export class Lanes {
  readonly #lanes = new Map<string, Lane>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Puts an entry in its place: nearly always the last one, or, for what comes back, one of the first. */
  add(entry: OutboxEntry): Waiting {
    this.#count += 1;
    const lane = this.#lanes.get(entry.conversationId);
    if (lane === undefined) {
      const only: Waiting = { entry, before: null, after: null };
      this.#lanes.set(entry.conversationId, { first: only, last: only });
      return only;
    }
    let after: Waiting | null = null;
    if (entry.order < lane.last.entry.order) {
      for (after = lane.first; after !== null && after.entry.order < entry.order; after = after.after);
    }
    const before = after === null ? lane.last : after.before;
    const place: Waiting = { entry, before, after };
    if (before === null) lane.first = place;
    else before.after = place;
    if (after === null) lane.last = place;
    else after.before = place;
    return place;
  }

  remove({ entry, before, after }: Waiting): void {
    this.#count -= 1;
    const lane = this.#lanes.get(entry.conversationId);
    if (lane === undefined) return;
    if (before !== null) before.after = after;
    else if (after !== null) lane.first = after;
    if (after !== null) after.before = before;
    else if (before !== null) lane.last = before;
    if (before === null && after === null) this.#lanes.delete(entry.conversationId);
  }

  /** The first of every line. */
  *heads(): Iterable<Waiting> {
    for (const { first } of this.#lanes.values()) yield first;
  }

  clear(): void {
    this.#lanes.clear();
    this.#count = 0;
  }
}
