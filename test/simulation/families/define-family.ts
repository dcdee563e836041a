/** What all families have in common: faults that know no protocol, and a client that is sound. */

import type { DeviceSetup } from '../device/device.js';
import type { Deeds } from '../faults/deed.js';
import type { Invariant } from '../invariants/invariant.js';
import type { Dice } from '../world/dice.js';
import { drawFamilyPlan } from './draw-family-plan.js';
import { FAULTS_EVERYWHERE } from './everywhere.js';
import type { Family, FamilyName, FamilySetup } from './family.js';
import { soundClient } from './sound-client.js';

export interface FamilyTerms {
  readonly name: FamilyName;
  /** How often users do each thing, against each other. */
  readonly habits: Readonly<Record<string, number>>;
  /** What strikes at its server. */
  readonly faults: Deeds;
  readonly drawDevices: (dice: Dice) => readonly DeviceSetup[];
  readonly drawServer: (dice: Dice) => FamilySetup;
  /** What must hold beside that. */
  readonly makeInvariants: () => readonly Invariant[];
  readonly livenessMs: number;
}

export function defineFamily(terms: FamilyTerms): Family {
  const faults = [...FAULTS_EVERYWHERE, ...Object.keys(terms.faults)];
  return {
    drawPlan: (seed) => drawFamilyPlan({ ...terms, faults }, seed),
    faults,
    makeInvariants: () => [...soundClient(), ...terms.makeInvariants()],
    livenessMs: terms.livenessMs,
  };
}
