/** What happened, as lines: the last of them for a reader, all of them as a hash that tells two runs apart. */

const KEPT = 50;
const FNV_PRIME = 0x01000193;

export class Trace {
  readonly #texts: string[] = [];
  readonly #times: number[] = [];
  /** Much happens in one moment. */
  #latest = { elapsedMs: Number.NaN, stamp: '' };
  #one = 0x811c9dc5;
  #other = 0x050c5d1f;
  #count = 0;
  readonly #elapsedMs: () => number;
  readonly #onLine: ((line: string) => void) | null;

  constructor(elapsedMs: () => number, onLine: ((line: string) => void) | null) {
    this.#elapsedMs = elapsedMs;
    this.#onLine = onLine;
  }

  note(text: string): void {
    const elapsedMs = this.#elapsedMs();
    if (elapsedMs !== this.#latest.elapsedMs) this.#latest = { elapsedMs, stamp: stampOf(elapsedMs) };
    const { stamp } = this.#latest;
    this.#mix(stamp);
    this.#mix(text);
    this.#texts[this.#count % KEPT] = text;
    this.#times[this.#count % KEPT] = elapsedMs;
    this.#count += 1;
    this.#onLine?.(stamp + text);
  }

  get hash(): string {
    return `${(this.#one >>> 0).toString(16).padStart(8, '0')}${(this.#other >>> 0).toString(16).padStart(8, '0')}-${this.#count}`;
  }

  /** The latest lines, oldest first. */
  get tail(): readonly string[] {
    const start = Math.max(0, this.#count - KEPT);
    return Array.from({ length: this.#count - start }, (_, index) => this.#line((start + index) % KEPT));
  }

  #line(at: number): string {
    return stampOf(this.#times[at] ?? 0) + (this.#texts[at] ?? '');
  }

  #mix(text: string): void {
    let one = this.#one;
    let other = this.#other;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      one = Math.imul(one ^ code, FNV_PRIME);
      other = Math.imul(other + code, FNV_PRIME) ^ one;
    }
    this.#one = one;
    this.#other = other;
  }
}

function stampOf(elapsedMs: number): string {
  return `${String(Math.round(elapsedMs)).padStart(8)} `;
}
