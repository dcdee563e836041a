import type { Random } from '../ports/random.js';

/** Dice for jitter, from `Math.random`; never a source of ids. */
export const mathRandom: Random = () => Math.random();
