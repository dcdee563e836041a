/** The order of one window's messages in one conversation. */

/** Numbers that were used up ahead of their turn; a client has at most a window of them. */
const SKIPPED_MAX = 256;

export type ProducerVerdict = 'next' | 'early' | 'reused';

export class ProducerOrder {
  #last = 0;
  readonly #skipped = new Set<number>();

  /** The only number that is accepted next. */
  get expected(): number {
    return this.#last + 1;
  }

  judge(seq: number): ProducerVerdict {
    if (seq <= this.#last) return 'reused';
    for (let before = this.expected; before < seq; before += 1) {
      if (!this.#skipped.has(before)) return 'early';
    }
    return 'next';
  }

  /**
   * Marks a number as used: its message was accepted, was a repeat, or was refused for good. One ahead of its turn is
   * remembered, so that the messages behind it need not wait for a number that never comes.
   */
  consume(seq: number): void {
    if (this.judge(seq) === 'early') {
      if (this.#skipped.size < SKIPPED_MAX) this.#skipped.add(seq);
      return;
    }
    this.#last = Math.max(this.#last, seq);
    for (const skipped of this.#skipped) {
      if (skipped <= this.#last) this.#skipped.delete(skipped);
    }
  }
}
