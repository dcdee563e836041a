/**
 * What the client was told last, by its place. The client forgets what it holds back for a lower number when its
 * connection ends, and the server, which was told that it arrived, does not say it again.
 */

import type { LogFrame } from '../../core/frame.js';

/** As many as the client holds back by default. */
const KEPT_MAX = 256;

export class ToldLog {
  #kept: { readonly seq: number; readonly frame: LogFrame }[] = [];

  keep(seq: number, frame: LogFrame): void {
    this.#kept.push({ seq, frame });
    if (this.#kept.length > KEPT_MAX) this.#kept.shift();
  }

  clear(): void {
    this.#kept = [];
  }

  /** The lowest place that is kept; null where there is none. */
  get fromSeq(): number | null {
    return this.#kept.length === 0 ? null : Math.min(...this.#kept.map(({ seq }) => seq));
  }

  /** Both ends belong to the stretch; what is not kept is left out. */
  between(from: number, to: number): readonly LogFrame[] {
    const wanted = this.#kept.filter(({ seq }) => seq >= from && seq <= to);
    return wanted.sort((left, right) => left.seq - right.seq).map(({ frame }) => frame);
  }
}
