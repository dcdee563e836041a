/**
 * Several engines on one store that is written to only at the right version, and that tells every engine of each batch
 * in one order: what reaches the store when, and who hears of it when, is up to the test.
 */

import type { LogEntry, StoreWrite } from '../../../examples/server/engine/records.js';
import type { Effect, Typing } from '../../../examples/server/engine/turn.js';
import { memoryLogStore } from '../../../examples/server/store/memory-log-store.js';
import { type BenchOptions, EngineBench } from './engine-bench.js';

type Told =
  | { readonly from: string; readonly laneId: string; readonly version: number; readonly writes: readonly StoreWrite[] }
  | { readonly from: string; readonly signal: Typing };

/** One engine with what it has offered and not brought to the store yet. */
interface Seat {
  readonly serverId: string;
  readonly bench: EngineBench;
  /** As far as this engine has been told. */
  readonly versions: Map<string, number>;
  readonly onTheWay: Told[];
  told: number;
  /** Effects up to here were performed. */
  performed: number;
}

export class SharedBench {
  readonly seats: readonly Seat[];
  readonly #feed: Told[] = [];
  readonly #versions = new Map<string, number>();
  readonly #store = memoryLogStore();

  constructor(servers: number, options: BenchOptions = {}) {
    this.seats = Array.from({ length: servers }, (_, index) => {
      const serverId = `s${index + 1}`;
      const bench = new EngineBench({ ...options, storesAtOnce: false, serverId });
      return { serverId, bench, versions: new Map(), onTheWay: [], told: 0, performed: 0 };
    });
  }

  engine(index: number): EngineBench {
    const seat = this.seats[index];
    if (seat === undefined) throw new Error(`There is no server ${index}.`);
    return seat.bench;
  }

  /** The next batch of this server reaches the store; false where none is on its way. */
  async write(index: number): Promise<boolean> {
    const seat = this.#seat(index);
    this.#perform(seat);
    const next = seat.onTheWay.shift();
    if (next === undefined) return false;
    if ('laneId' in next) {
      const isVersioned = next.laneId !== 'users';
      if (isVersioned && (this.#versions.get(next.laneId) ?? 0) !== next.version - 1) return true;
      if (isVersioned) this.#versions.set(next.laneId, next.version);
      await this.#store.write(next.writes);
    }
    this.#feed.push(next);
    return true;
  }

  /** This server is told the next of what happened; false where it knows all. */
  tell(index: number): boolean {
    const seat = this.#seat(index);
    this.#perform(seat);
    const next = this.#feed[seat.told];
    if (next === undefined) return false;
    seat.told += 1;
    const isOwn = next.from === seat.serverId;
    if ('signal' in next) {
      if (!isOwn) seat.bench.input({ type: 'signalled', signal: next.signal });
    } else {
      seat.versions.set(next.laneId, next.version);
      if (isOwn) seat.bench.input({ type: 'stored', laneId: next.laneId });
      else seat.bench.input({ type: 'written-elsewhere', laneId: next.laneId, writes: next.writes });
    }
    this.#perform(seat);
    return true;
  }

  /** Everything reaches the store, and everybody is told of everything. */
  async settle(): Promise<void> {
    for (let isBusy = true; isBusy; ) {
      isBusy = false;
      for (const index of this.seats.keys()) {
        if (await this.write(index)) isBusy = true;
        while (this.tell(index)) isBusy = true;
      }
    }
  }

  async logOf(conversationId = 'lobby'): Promise<readonly LogEntry[]> {
    const span = { conversationId, from: 1, to: Number.MAX_SAFE_INTEGER };
    return (await this.#store.readEntries(span)).entries;
  }

  #seat(index: number): Seat {
    const seat = this.seats[index];
    if (seat === undefined) throw new Error(`There is no server ${index}.`);
    return seat;
  }

  #perform(seat: Seat): void {
    for (; seat.performed < seat.bench.effects.length; seat.performed += 1) {
      const effect = seat.bench.effects[seat.performed];
      if (effect !== undefined) this.#performOne(seat, effect);
    }
  }

  #performOne(seat: Seat, effect: Effect): void {
    const from = seat.serverId;
    if (effect.type === 'store') {
      const version = (seat.versions.get(effect.laneId) ?? 0) + 1;
      seat.onTheWay.push({ from, laneId: effect.laneId, version, writes: effect.writes });
    }
    if (effect.type === 'signal') seat.onTheWay.push({ from, signal: effect.signal });
    if (effect.type === 'catch-up') {
      // The held frame waits for all that was in the feed when it came.
      seat.performed += 1;
      while (this.tell(this.seats.indexOf(seat)));
      seat.performed -= 1;
      seat.bench.input({ ...effect, type: 'caught-up' });
    }
  }
}
