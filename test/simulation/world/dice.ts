import { seededRandom } from '../../../src/testing/seeded-random.js';

/** Dice for one concern. Another concern has dice of its own, so a throw more in one shifts nothing in the others. */
export interface Dice {
  readonly roll: () => number;
  chance(probability: number): boolean;
  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

export function diceOf(seed: number, concern: string): Dice {
  let mixed = FNV_OFFSET ^ seed;
  for (let index = 0; index < concern.length; index += 1) {
    mixed = Math.imul(mixed ^ concern.charCodeAt(index), FNV_PRIME);
  }
  const roll = seededRandom(mixed >>> 0);
  const whole = (from: number, to: number) => from + Math.floor(roll() * (to - from + 1));
  return {
    roll,
    chance: (probability) => roll() < probability,
    whole,
    pick: (items) => {
      const item = items[Math.floor(roll() * items.length)];
      if (item === undefined) throw new Error('Nothing to pick from.');
      return item;
    },
  };
}
