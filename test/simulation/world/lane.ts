/** One direction of a TCP connection: what goes in comes out in the same order, late or never. */

import type { Gate } from './gate.js';
import type { Link } from './link.js';
import type { Timeline } from './timeline.js';

/** What the kernel takes off the hands of a browser before `bufferedAmount` grows. */
const KERNEL_BYTES = 16_384;

export interface LaneSurroundings<Item> {
  readonly timeline: Timeline;
  readonly link: Link;
  /** Whose end of the line it is that hears; null for the server. */
  readonly gate: Gate | null;
  readonly deliver: (item: Item) => void;
}

export class Lane<Item> {
  readonly #around: LaneSurroundings<Item>;
  #queue: Item[] = [];
  #lineFreeAtMs = 0;
  #lastDueAtMs = 0;
  #stalledUntilMs = 0;
  #stuckBytes = 0;
  #isDead = false;
  #isCut = false;

  constructor(around: LaneSurroundings<Item>) {
    this.#around = around;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Bytes that were handed over and have not left yet. */
  get bufferedBytes(): number {
    const { timeline, link } = this.#around;
    if (this.#isDead || this.#stalledUntilMs > timeline.nowMs) return Math.max(0, this.#stuckBytes - KERNEL_BYTES);
    const { bytesPerMs } = link;
    const leftMs = this.#lineFreeAtMs - timeline.nowMs;
    return leftMs <= 0 || bytesPerMs === Infinity ? 0 : Math.max(0, leftMs * bytesPerMs - KERNEL_BYTES);
  }

  push(item: Item, sizeBytes: number): void {
    const { timeline, link } = this.#around;
    if (this.#isCut) return;
    const isStuck = this.#isDead || this.#stalledUntilMs > timeline.nowMs;
    this.#stuckBytes = isStuck ? this.#stuckBytes + sizeBytes : 0;
    if (this.#isDead) return;
    this.#lineFreeAtMs = Math.max(timeline.nowMs, this.#lineFreeAtMs) + Math.ceil(sizeBytes / link.bytesPerMs);
    const dueAtMs = Math.max(this.#lineFreeAtMs + link.travelMs(), this.#lastDueAtMs, this.#stalledUntilMs);
    this.#lastDueAtMs = dueAtMs;
    this.#queue.push(item);
    this.#deliverIn(dueAtMs - timeline.nowMs);
  }

  /** Nothing comes out for a while; then all of it does. */
  stall(forMs: number): void {
    this.#stalledUntilMs = Math.max(this.#stalledUntilMs, this.#around.timeline.nowMs + forMs);
  }

  unstall(): void {
    this.#stalledUntilMs = 0;
  }

  /** Nothing comes out any more, and nobody is told. */
  die(): void {
    this.#isDead = true;
    this.#queue = [];
  }

  /** The connection is over: what is under way is gone. */
  cut(): void {
    this.#isCut = true;
    this.#queue = [];
  }

  #deliverIn(delayMs: number): void {
    const { timeline, gate } = this.#around;
    timeline.after(delayMs, () => this.#deliverHead(), gate === null ? {} : { gate });
  }

  #deliverHead(): void {
    if (this.#queue.length === 0) return;
    const leftMs = this.#stalledUntilMs - this.#around.timeline.nowMs;
    if (leftMs > 0) return this.#deliverIn(leftMs);
    const [item] = this.#queue.splice(0, 1);
    if (item !== undefined) this.#around.deliver(item);
  }
}
