/** An endless row of texts by the dice: honest frames, the same ones broken, torn, batched, and plain malice. */

import type { z } from 'zod';
import type { Random } from '../../src/ports/random.js';
import { seededRandom } from '../../src/testing/index.js';
import { FrameGenerator } from '../protocols/frame-generator.js';
import { hostileTexts } from './hostile-texts.js';

/** Values that mean something to the one who reads, by the name of the field. */
export type LiveValues = Readonly<Record<string, () => unknown>>;

export interface FrameMixOptions {
  readonly seed: number;
  readonly union: z.ZodType;
  readonly live: LiveValues;
}

/** Of the fields for which there is a live value, this share gets one. */
const LIVE_SHARE = 0.85;
const BATCH_MAX = 6;

export class FrameMix {
  readonly random: Random;
  readonly #frames: FrameGenerator;
  readonly #live: ReadonlyMap<string, () => unknown>;

  constructor({ seed, union, live }: FrameMixOptions) {
    this.random = seededRandom(seed);
    this.#frames = new FrameGenerator(seed, union);
    this.#live = new Map(Object.entries(live));
  }

  next(): string {
    const roll = this.random();
    if (roll < 0.4) return JSON.stringify(this.#honest());
    if (roll < 0.72) return JSON.stringify(this.#broken());
    if (roll < 0.8) return JSON.stringify(this.#batch());
    if (roll < 0.9) return this.#torn(JSON.stringify(this.#honest()));
    return this.pick(hostileTexts);
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.random() * items.length)];
    if (item === undefined) throw new Error('Nothing to pick from.');
    return item;
  }

  /** A whole number from 0 to below `sides`. */
  roll(sides: number): number {
    return Math.floor(this.random() * sides);
  }

  #honest(): unknown {
    const frame = this.#frames.valid();
    this.#enliven(frame);
    return frame;
  }

  #broken(): unknown {
    const frame = this.#frames.mutated();
    this.#enliven(frame);
    return frame;
  }

  #batch(): readonly unknown[] {
    return Array.from({ length: this.roll(BATCH_MAX) }, () => (this.random() < 0.7 ? this.#honest() : this.#broken()));
  }

  /** Cuts a text short, or changes one of its characters. */
  #torn(text: string): string {
    const at = this.roll(text.length);
    return this.random() < 0.5
      ? text.slice(0, at)
      : `${text.slice(0, at)}${this.pick(['"', '{', ']', '\\', '0', '\u0000'])}${text.slice(at + 1)}`;
  }

  /** The items of a list go by the name of the list. */
  #enliven(owner: object, listName: string | null = null): void {
    for (const [key, value] of Object.entries(owner)) {
      const name = listName ?? key;
      if (typeof value === 'object' && value !== null) this.#enliven(value, Array.isArray(value) ? name : null);
      else if (this.random() < LIVE_SHARE) {
        const live = this.#live.get(name);
        if (live !== undefined) Reflect.set(owner, key, live());
      }
    }
  }
}
