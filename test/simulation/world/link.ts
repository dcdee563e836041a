/** The path between one device and the server: how long things take on it, and what it does to a dial. */

import type { Dice } from './dice.js';
import type { Timeline } from './timeline.js';

/** What becomes of a dial, while it lasts. */
export type DialFate = 'refused' | 'unanswered' | 'late' | 'dropped' | 'ungreeted';

export interface LinkSetup {
  readonly latencyMs: number;
  readonly jitterMs: number;
}

/** Every trouble of a link has an end, so that all of them can be ended at once. */
export class Link {
  readonly #setup: LinkSetup;
  readonly #timeline: Timeline;
  readonly #dice: Dice;
  #fate: { readonly kind: DialFate; readonly untilMs: number } | null = null;
  #slow: { readonly bytesPerMs: number; readonly untilMs: number } | null = null;
  #spike: { readonly extraMs: number; readonly untilMs: number } | null = null;
  #lateCloseUntilMs = 0;
  #leakyUntilMs = 0;

  constructor(setup: LinkSetup, timeline: Timeline, dice: Dice) {
    this.#setup = setup;
    this.#timeline = timeline;
    this.#dice = dice;
  }

  doom(kind: DialFate, forMs: number): void {
    this.#fate = { kind, untilMs: this.#timeline.nowMs + forMs };
  }

  slowDown(bytesPerMs: number, forMs: number): void {
    this.#slow = { bytesPerMs, untilMs: this.#timeline.nowMs + forMs };
  }

  delay(extraMs: number, forMs: number): void {
    this.#spike = { extraMs, untilMs: this.#timeline.nowMs + forMs };
  }

  closeLate(forMs: number): void {
    this.#lateCloseUntilMs = this.#timeline.nowMs + forMs;
  }

  leak(forMs: number): void {
    this.#leakyUntilMs = this.#timeline.nowMs + forMs;
  }

  heal(): void {
    this.#fate = null;
    this.#slow = null;
    this.#spike = null;
    this.#lateCloseUntilMs = 0;
    this.#leakyUntilMs = 0;
  }

  get fate(): DialFate | null {
    return this.#fate !== null && this.#fate.untilMs > this.#timeline.nowMs ? this.#fate.kind : null;
  }

  /** Infinite, but on a slow link. */
  get bytesPerMs(): number {
    return this.#slow !== null && this.#slow.untilMs > this.#timeline.nowMs ? this.#slow.bytesPerMs : Infinity;
  }

  /** Tells a client that gave a socket up what happens to it all the same, which no transport should. */
  get isLeaky(): boolean {
    return this.#leakyUntilMs > this.#timeline.nowMs;
  }

  get isCloseLate(): boolean {
    return this.#lateCloseUntilMs > this.#timeline.nowMs;
  }

  travelMs(): number {
    const extraMs = this.#spike !== null && this.#spike.untilMs > this.#timeline.nowMs ? this.#spike.extraMs : 0;
    return this.#setup.latencyMs + extraMs + Math.floor(this.#dice.roll() * (this.#setup.jitterMs + 1));
  }
}
