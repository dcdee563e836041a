/** What waits to be sent: a line for each conversation, by `order`. */

import { Line, type Place } from './line.js';

/** So many lanes stay though nothing waits in them: the same few conversations are written to again and again. */
const LANES_KEPT = 8;

export class Lanes {
  readonly #lanes = new Map<string, Line>();

  add(place: Place): void {
    const { conversationId } = place.entry;
    const lane = this.#lanes.get(conversationId) ?? new Line();
    if (lane.first === null) this.#lanes.set(conversationId, lane);
    lane.add(place);
  }

  remove(place: Place): void {
    const { conversationId } = place.entry;
    const lane = this.#lanes.get(conversationId);
    lane?.remove(place);
    if (lane?.first === null && this.#lanes.size > LANES_KEPT) this.#lanes.delete(conversationId);
  }

  /** The first of every conversation. */
  heads(): readonly Place[] {
    const heads: Place[] = [];
    for (const { first } of this.#lanes.values()) if (first !== null) heads.push(first);
    return heads;
  }
}
