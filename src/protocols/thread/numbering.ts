/** Numbers of a thread that begin wherever this client came in, as a log that begins at 1. */

/** How long the first number waits for lower ones. */
export const FIRST_WAIT_MS = 300;

export class Numbering<Item> {
  #base: number | null = null;
  #waiting: { readonly sequence: number; readonly item: Item }[] = [];

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** The place in the log; null for what is of before its beginning. `wait`: keep it, and come again. */
  place(sequence: number, item: Item): number | null | 'wait' {
    if (this.#base === null && sequence === 1) this.#base = 0;
    if (this.#base === null) {
      this.#waiting.push({ sequence, item });
      return 'wait';
    }
    const seq = sequence - this.#base;
    return seq > 0 ? seq : null;
  }

  /** The lowest number so far is the first of the log. */
  begin(): readonly Item[] {
    const waiting = this.#waiting.sort((left, right) => left.sequence - right.sequence);
    this.#waiting = [];
    this.#base ??= (waiting[0]?.sequence ?? 1) - 1;
    return waiting.map(({ item }) => item);
  }
}
