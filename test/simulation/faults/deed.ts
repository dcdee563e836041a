import type { Device } from '../device/device.js';
import type { Dice } from '../world/dice.js';
import type { World } from '../world/world.js';

/** Where and how strongly something is done. */
export interface Stage {
  readonly world: World;
  readonly device: Device;
  /** Milliseconds, a count or a choice, by kind. */
  readonly amount: number;
  /** Of this step alone, so that a step less shifts nothing in the others. */
  readonly dice: Dice;
}

/** Something that can be done to the world, by its user or by fate. */
export interface Deed {
  /** The lowest and the highest amount that a seed draws. */
  readonly range: readonly [from: number, to: number];
  readonly act: (stage: Stage) => void;
}

export type Deeds = Readonly<Record<string, Deed>>;
