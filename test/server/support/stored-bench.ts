/** The engine over a store in memory: batches become durable one by one when told, and a crash may come in between. */

import type { LogEntry } from '../../../examples/server/engine/records.js';
import type { Effect } from '../../../examples/server/engine/turn.js';
import type { LogStore } from '../../../examples/server/store/log-store.js';
import { memoryLogStore } from '../../../examples/server/store/memory-log-store.js';
import { type BenchOptions, EngineBench } from './engine-bench.js';

export class StoredBench {
  bench: EngineBench;
  readonly store: LogStore;
  readonly #options: BenchOptions;
  /** Effects up to here were performed. */
  #performed = 0;

  private constructor(store: LogStore, options: BenchOptions, bench: EngineBench) {
    this.store = store;
    this.#options = options;
    this.bench = bench;
  }

  static async open(options: BenchOptions = {}, store = memoryLogStore()): Promise<StoredBench> {
    const stored = new StoredBench(store, options, new EngineBench({ storesAtOnce: false, ...options }));
    await stored.restart();
    return stored;
  }

  /** Performs the next effect of the store; false where none waits. */
  async step(): Promise<boolean> {
    const effect = this.#next();
    if (effect === null) return false;
    if (effect.type === 'store') {
      await this.store.write(effect.writes);
      this.bench.input({ type: 'stored', laneId: effect.laneId });
    }
    if (effect.type === 'read-entries') {
      const read = await this.store.readEntries(effect.request);
      this.bench.input({ type: 'entries-read', request: effect.request, read });
    }
    if (effect.type === 'read-page') {
      const entries = await this.store.readPage(effect.request);
      this.bench.input({ type: 'page-read', request: effect.request, entries });
    }
    return true;
  }

  async settle(): Promise<void> {
    while (await this.step());
  }

  /** Writes the next batch and crashes before the engine hears of it; false where none waits. */
  async writeAndCrash(): Promise<boolean> {
    const effect = this.#next();
    if (effect?.type === 'store') await this.store.write(effect.writes);
    await this.restart();
    return effect?.type === 'store';
  }

  /** What was not durable is gone, and so is everybody who was connected. */
  async restart(): Promise<void> {
    const retainedMax = this.#options.limits?.retainedMax ?? 2_000;
    const { nowMs } = this.bench;
    this.bench = new EngineBench({
      ...this.#options,
      storesAtOnce: false,
      stored: await this.store.load(retainedMax),
      nowMs: nowMs + 1,
    });
    this.#performed = 0;
  }

  async logOf(conversationId = 'lobby'): Promise<readonly LogEntry[]> {
    const span = { conversationId, from: 1, to: Number.MAX_SAFE_INTEGER };
    return (await this.store.readEntries(span)).entries;
  }

  #next(): Extract<Effect, { type: 'store' | 'read-entries' | 'read-page' }> | null {
    while (this.#performed < this.bench.effects.length) {
      const effect = this.bench.effects[this.#performed];
      this.#performed += 1;
      if (effect?.type === 'store' || effect?.type === 'read-entries' || effect?.type === 'read-page') return effect;
    }
    return null;
  }
}
