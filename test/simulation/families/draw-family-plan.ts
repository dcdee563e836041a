/** Draws a run of a family: the same faults as anywhere, those of its own server, and what its users do. */

import type { DeviceSetup } from '../device/device.js';
import { drawStep } from '../plan/draw-step.js';
import type { Plan, Step } from '../plan/plan.js';
import type { ServerSetup } from '../server/server-setup.js';
import { type Dice, diceOf } from '../world/dice.js';
import type { FamilyName, FamilySetup } from './family.js';

export interface FamilyHabits {
  readonly name: FamilyName;
  readonly drawDevices: (dice: Dice) => readonly DeviceSetup[];
  readonly drawServer: (dice: Dice) => FamilySetup;
  /** How often users do each thing, against each other. */
  readonly habits: Readonly<Record<string, number>>;
  readonly faults: readonly string[];
}

const SAFETY_MS = 240_000;
const ENDS = new Set(['close', 'drain-and-close', 'logout']);
const AWAY_MAX_MS = 20_000;

/** Nobody reaches it. */
const NO_SERVER: ServerSetup = {
  rooms: [],
  limits: {},
  heartbeatIntervalMs: 25_000,
  storeMs: 0,
  sessionMs: 86_400_000,
  clockOffsetMs: 0,
};

export function drawFamilyPlan({ name, drawDevices, drawServer, habits, faults }: FamilyHabits, seed: number): Plan {
  const setupDice = diceOf(seed, `${name} setup`);
  const devices = drawDevices(setupDice);
  const family = drawServer(setupDice);
  const dice = diceOf(seed, `${name} plan`);
  const who = () => dice.whole(0, devices.length - 1);
  const habitual = Object.entries(habits).flatMap(([kind, weight]) => Array.from({ length: weight }, () => kind));
  const steps: readonly Step[] = [
    ...devices.map((_, index): Step => ({ atMs: dice.whole(0, 3_000), kind: 'connect', who: index, amount: 0 })),
    ...drawWorkload(dice, who, habitual),
    ...drawFaults(dice, who, faults),
  ];
  const setup = { devices, server: NO_SERVER, family };
  return { seed, setup, safetyMs: SAFETY_MS, steps: [...steps].sort((one, other) => one.atMs - other.atMs) };
}

function drawWorkload(dice: Dice, who: () => number, habitual: readonly string[]): readonly Step[] {
  return Array.from({ length: dice.whole(8, 30) }, () => {
    const done = drawStep(dice, dice.pick(habitual), { who: who(), atMs: dice.whole(0, SAFETY_MS) });
    if (!ENDS.has(done.kind)) return [done];
    return [done, drawStep(dice, 'connect', { who: done.who, atMs: done.atMs + dice.whole(100, AWAY_MAX_MS) })];
  }).flat();
}

/** Swarm: most faults are off in a run, and those that are on strike rarely or in showers. */
function drawFaults(dice: Dice, who: () => number, faults: readonly string[]): readonly Step[] {
  const share = dice.pick([0.1, 0.2, 0.4, 0.7]);
  return faults
    .filter(() => dice.chance(share))
    .flatMap((kind) =>
      Array.from({ length: dice.pick([1, 1, 2, 3, 6]) }, () =>
        drawStep(dice, kind, { who: who(), atMs: dice.whole(0, SAFETY_MS) }),
      ),
    );
}
