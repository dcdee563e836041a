import type { OutboxEntry } from './outbox-entry.js';

/** Messages that failed, for the user to try again; of too many the oldest are forgotten. */
export class FailedMessages {
  readonly #entriesMax: number;
  readonly #entries = new Map<string, OutboxEntry>();

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  get count(): number {
    return this.#entries.size;
  }

  /** Tells which one is forgotten for it. */
  add(entry: OutboxEntry): OutboxEntry | null {
    this.#entries.set(entry.id, entry);
    const [oldest] = this.#entries.values();
    if (oldest === undefined || this.#entries.size <= this.#entriesMax) return null;
    this.#entries.delete(oldest.id);
    return oldest;
  }

  get(id: string): OutboxEntry | null {
    return this.#entries.get(id) ?? null;
  }

  remove(id: string): boolean {
    return this.#entries.delete(id);
  }

  clear(): void {
    this.#entries.clear();
  }
}
