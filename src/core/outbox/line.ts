import type { OutboxEntry } from './outbox-entry.js';

/** A place in a line; the entry in it changes, the place stays. */
export interface Place {
  entry: OutboxEntry;
  before: Place | null;
  after: Place | null;
}

/** Entries one after the other. Both ends are cheap, however long it is. */
export class Line {
  first: Place | null = null;
  #last: Place | null = null;
  length = 0;

  append(place: Place): void {
    this.#insert(place, null);
  }

  /** By `order`: nearly always the last one, or, for what comes back, one of the first. */
  add(place: Place): void {
    const { order } = place.entry;
    let after: Place | null = null;
    if (this.#last !== null && order < this.#last.entry.order) {
      for (after = this.first; after !== null && after.entry.order < order; after = after.after);
    }
    this.#insert(place, after);
  }

  remove(place: Place): void {
    const { before, after } = place;
    if (before === null) this.first = after;
    else before.after = after;
    if (after === null) this.#last = before;
    else after.before = before;
    place.before = null;
    place.after = null;
    this.length -= 1;
  }

  places(): readonly Place[] {
    const places: Place[] = [];
    for (let place = this.first; place !== null; place = place.after) places.push(place);
    return places;
  }

  #insert(place: Place, after: Place | null): void {
    const before = after === null ? this.#last : after.before;
    place.before = before;
    place.after = after;
    if (before === null) this.first = place;
    else before.after = place;
    if (after === null) this.#last = place;
    else after.before = place;
    this.length += 1;
  }
}
