/**
 * A bounded memory by id: it keeps at least the newest `entriesMax` and at most twice as many. Two generations, for
 * to forget the oldest one by one costs several times as much as the rest of a message's bookkeeping.
 */
export class RecentMap<Value> {
  readonly #entriesMax: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  get isEmpty(): boolean {
    return this.#young.size === 0 && this.#old.size === 0;
  }

  has(id: string): boolean {
    return this.#young.has(id) || this.#old.has(id);
  }

  get(id: string): Value | undefined {
    return this.#young.get(id) ?? this.#old.get(id);
  }

  set(id: string, value: Value): void {
    this.#young.set(id, value);
    if (this.#young.size <= this.#entriesMax) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  delete(id: string): boolean {
    const wasYoung = this.#young.delete(id);
    return this.#old.delete(id) || wasYoung;
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
