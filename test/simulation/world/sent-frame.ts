import type { Wire } from './wire.js';

const TYPE_AT = '{"type":"'.length;

/** What a client hands to its socket, or has from it, and what it says of itself: read once for all who ask. */
export class SentFrame {
  readonly wire: Wire;
  readonly text: string;
  /** As the first thing in it, which is where both sides write it. */
  readonly type: string;
  #messageId: string | null = null;

  constructor(wire: Wire, text: string) {
    this.wire = wire;
    this.text = text;
    this.type = text.slice(TYPE_AT, text.indexOf('"', TYPE_AT));
  }

  /** What it is about, by its own word; empty if it has none. */
  get messageId(): string {
    this.#messageId ??= /"messageId":"([^"]*)"/.exec(this.text)?.[1] ?? '';
    return this.#messageId;
  }
}
