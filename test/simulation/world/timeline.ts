/** Virtual time: what is due, in the order of its time; ties are drawn from the seed, so no race of equals stays hidden. */

import { type Dice, diceOf } from './dice.js';
import type { Gate } from './gate.js';

interface Happening {
  atMs: number;
  tie: number;
  readonly gate: Gate | null;
  readonly isTimer: boolean;
  run: (() => void) | null;
}

export interface Placing {
  /** Whose happening it is: held back while its owner is frozen, dropped once its owner is dead. */
  readonly gate?: Gate;
  readonly isTimer?: boolean;
}

export class Timeline {
  nowMs: number;
  readonly startedAtMs: number;
  readonly #heap: Happening[] = [];
  readonly #ties: Dice;
  #firedCount = 0;

  constructor(seed: number, startMs: number) {
    this.nowMs = startMs;
    this.startedAtMs = startMs;
    this.#ties = diceOf(seed, 'ties');
  }

  get elapsedMs(): number {
    return this.nowMs - this.startedAtMs;
  }

  get firedCount(): number {
    return this.#firedCount;
  }

  /** The function returned cancels it. */
  after(delayMs: number, run: () => void, placing: Placing = {}): () => void {
    const { gate = null, isTimer = false } = placing;
    const happening: Happening = { atMs: this.nowMs + delayMs, tie: this.#ties.roll(), gate, isTimer, run };
    this.#push(happening);
    return () => {
      happening.run = null;
    };
  }

  /** Runs what is due next, up to a point in time; false, and time is there, if nothing is. */
  fireNext(untilMs: number): boolean {
    for (let next = this.#heap[0]; next !== undefined && next.atMs <= untilMs; next = this.#heap[0]) {
      this.#pop();
      if (next.run === null || next.gate?.isDead) continue;
      const heldUntilMs = next.gate?.freezer.releaseAtMs(next.atMs, next.isTimer) ?? next.atMs;
      if (heldUntilMs > next.atMs) {
        this.#hold(next, heldUntilMs);
        continue;
      }
      this.nowMs = next.atMs;
      this.#firedCount += 1;
      const { run } = next;
      next.run = null;
      run();
      return true;
    }
    this.nowMs = untilMs;
    return false;
  }

  /** What was held back comes in its old order among its kind; whether timers or the network come first is drawn. */
  #hold(happening: Happening, untilMs: number): void {
    const bias = happening.isTimer ? (happening.gate?.freezer.timerBias ?? 0) : 0;
    happening.tie = (happening.atMs - this.startedAtMs) / 1e9 + happening.tie / 1e12 - 1 + bias;
    happening.atMs = untilMs;
    this.#push(happening);
  }

  #push(happening: Happening): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(happening);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || !isBefore(happening, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = happening;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = heap[childIndex];
      const right = heap[childIndex + 1];
      if (child === undefined) break;
      if (right !== undefined && isBefore(right, child)) {
        child = right;
        childIndex += 1;
      }
      if (!isBefore(child, last)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = last;
  }
}

function isBefore(one: Happening, other: Happening): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.tie < other.tie);
}
