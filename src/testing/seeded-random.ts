import type { Random } from '../ports/random.js';

/**
 * Dice that fall the same way for the same seed: mulberry32, 32 bits of state, a period of 2^32. Good for jitter in
 * tests; never for ids or secrets. The seed is taken modulo 2^32.
 *
 * @example
 * const random = seededRandom(7);
 * const first = random(); // the same number in every run
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
