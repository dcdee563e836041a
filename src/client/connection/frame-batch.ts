/** Frames that wait for the end of the moment, to leave as one text. */

import type { DialId } from '../../core/connection/state.js';
import type { Protocol } from '../../ports/protocol.js';

/** Servers that announce batches take at least this many frames in one. */
const FRAMES_MAX = 32;

export interface BatchSurroundings {
  readonly protocol: Protocol;
  readonly sendText: (dialId: DialId, text: string) => boolean;
}

export class FrameBatch {
  readonly #around: BatchSurroundings;
  #dialId: DialId = 0;
  #texts: string[] = [];
  #isDue = false;
  /** What waits, in UTF-16 code units. */
  chars = 0;

  constructor(around: BatchSurroundings) {
    this.#around = around;
  }

  /** Waits for others of the same dial; a text that is longer than `charsMax` goes at once, behind what waits. */
  add(dialId: DialId, text: string, charsMax: number): boolean {
    const isFull = this.#texts.length >= FRAMES_MAX || this.chars + text.length > charsMax;
    if (isFull || this.#dialId !== dialId) this.flush();
    if (text.length > charsMax) return this.#around.sendText(dialId, text);
    this.#dialId = dialId;
    this.#texts.push(text);
    this.chars += text.length;
    if (!this.#isDue) this.#leaveSoon();
    return true;
  }

  /** Hands over what waits. A socket that is gone loses it, like anything else that was sent. */
  flush(): void {
    const texts = this.#texts;
    if (texts.length === 0) return;
    this.#texts = [];
    this.chars = 0;
    const { protocol, sendText } = this.#around;
    const whole = texts.length > 1 ? (protocol.encodeBatch?.(texts) ?? null) : null;
    for (const text of whole === null ? texts : [whole]) sendText(this.#dialId, text);
  }

  /** Once a promise's turn brings no more: what reacts to one ack after the other sends in as many of them. */
  #leaveSoon(): void {
    const { length } = this.#texts;
    this.#isDue = length > 0;
    if (!this.#isDue) return;
    void Promise.resolve().then(() => {
      if (this.#texts.length <= length) this.flush();
      this.#leaveSoon();
    });
  }
}
