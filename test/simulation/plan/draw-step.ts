import type { Dice } from '../world/dice.js';
import { deeds, type Step } from './plan.js';

export function drawStep(dice: Dice, kind: string, { who, atMs }: Pick<Step, 'who' | 'atMs'>): Step {
  const [from, to] = deeds[kind]?.range ?? [0, 0];
  // Short ones are as telling as long ones, so sizes are drawn by their order of magnitude.
  const amount = from > 0 && to > 20 * from ? Math.round(from * (to / from) ** dice.roll()) : dice.whole(from, to);
  return { atMs, kind, who, amount };
}
