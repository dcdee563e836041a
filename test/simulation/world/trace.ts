/** What happened, as lines: the last of them for a reader, all of them as a hash that tells two runs apart. */

const KEPT = 50;
const FNV_PRIME = 0x01000193;

export class Trace {
  readonly #lines: string[] = [];
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
    const line = `${this.#elapsedMs().toFixed(0).padStart(8)} ${text}`;
    let one = this.#one;
    let other = this.#other;
    for (let index = 0; index < line.length; index += 1) {
      const code = line.charCodeAt(index);
      one = Math.imul(one ^ code, FNV_PRIME);
      other = Math.imul(other + code, FNV_PRIME) ^ one;
    }
    this.#one = one;
    this.#other = other;
    this.#lines[this.#count % KEPT] = line;
    this.#count += 1;
    this.#onLine?.(line);
  }

  get hash(): string {
    return `${(this.#one >>> 0).toString(16).padStart(8, '0')}${(this.#other >>> 0).toString(16).padStart(8, '0')}-${this.#count}`;
  }

  /** The latest lines, oldest first. */
  get tail(): readonly string[] {
    const start = Math.max(0, this.#count - KEPT);
    return Array.from({ length: this.#count - start }, (_, index) => this.#lines[(start + index) % KEPT] ?? '');
  }
}
