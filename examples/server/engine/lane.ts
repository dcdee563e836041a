/** Work that must happen in order although the store takes its time: one batch is under way, the rest waits. */

import type { StoreWrite } from './records.js';
import type { Turn } from './turn.js';

/**
 * Work in one batch. What a batch announces leaves in one go, and must fit into the buffer of a socket that reads: else
 * the server would take everybody for slow.
 */
const BATCH_MAX = 64;

export interface LaneWork {
  readonly writes: readonly StoreWrite[];
  /** Tells the world, after the writes are durable and everything queued earlier was told. */
  readonly announce: (turn: Turn) => void;
  /** Decides anew, after another server has written first. Default: queues the same once more. */
  readonly again?: (turn: Turn) => void;
}

export class Lane {
  readonly id: string;
  readonly #queue: LaneWork[] = [];
  #storing: readonly LaneWork[] | null = null;
  #isAnnouncing = false;

  constructor(id: string) {
    this.id = id;
  }

  get pendingCount(): number {
    return this.#queue.length + (this.#storing?.length ?? 0);
  }

  enqueue(turn: Turn, work: LaneWork): void {
    this.#queue.push(work);
    this.#advance(turn);
  }

  /** The batch under way is durable. */
  stored(turn: Turn): void {
    const batch = this.#storing ?? [];
    this.#storing = null;
    this.#announce(turn, batch);
    this.#advance(turn);
  }

  /**
   * Another server has written first: the batch under way is void, and what waits was decided on what is no longer so.
   * All of it is taken back, and decided anew in the same order once `catchUp` has taken in what the other has written.
   */
  overtaken(turn: Turn, catchUp: (takenBack: readonly LaneWork[]) => void): void {
    const works = [...(this.#storing ?? []), ...this.#queue.splice(0)];
    this.#storing = null;
    this.#isAnnouncing = true;
    catchUp(works);
    for (const work of works) {
      if (work.again === undefined) this.#queue.push(work);
      else work.again(turn);
    }
    this.#isAnnouncing = false;
    this.#advance(turn);
  }

  /** What waits goes into one batch, so that a busy conversation costs one disk write for many messages. */
  #advance(turn: Turn): void {
    while (this.#storing === null && !this.#isAnnouncing && this.#queue.length > 0) {
      const batch = this.#queue.splice(0, BATCH_MAX);
      const writes = batch.flatMap((work) => work.writes);
      if (writes.length > 0) {
        this.#storing = batch;
        turn.effects.push({ type: 'store', laneId: this.id, writes });
        return;
      }
      this.#announce(turn, batch);
    }
  }

  /** An announcement may enqueue more work; that waits until the whole batch is told. */
  #announce(turn: Turn, batch: readonly LaneWork[]): void {
    this.#isAnnouncing = true;
    for (const work of batch) work.announce(turn);
    this.#isAnnouncing = false;
  }
}
