/** Chunks of one answer that came before those in front of them. One too many is dropped: it comes with what is asked for. */

import { EARLY_CHUNKS_MAX, EARLY_LENGTH_MAX } from './stream-limits.js';

export interface Chunk {
  /** Where it begins, in UTF-16 code units. */
  readonly offset: number;
  readonly text: string;
}

export class EarlyChunks {
  readonly #texts = new Map<number, string>();
  #length = 0;

  hold({ offset, text }: Chunk): void {
    const known = this.#texts.get(offset)?.length ?? 0;
    if (text.length <= known || this.#length - known + text.length > EARLY_LENGTH_MAX) return;
    if (known === 0 && this.#texts.size >= EARLY_CHUNKS_MAX) return;
    this.#texts.set(offset, text);
    this.#length += text.length - known;
  }

  /** A chunk that a text of this length leads up to; null if there is none. */
  take(length: number): Chunk | null {
    if (this.#length === 0) return null;
    for (const [offset, text] of this.#texts) {
      if (offset > length) continue;
      this.#texts.delete(offset);
      this.#length -= text.length;
      return { offset, text };
    }
    return null;
  }

  clear(): void {
    this.#texts.clear();
    this.#length = 0;
  }
}
