import type { FamilyName } from '../families/family.js';
import type { Plan } from '../plan/plan.js';
import type { Patch } from '../runner/bundle.js';

/** A mistake that somebody could make, planted to see that the simulation finds it. */
export interface Mutant {
  readonly name: string;
  readonly side: 'client' | 'server' | 'protocol';
  /** In whose lives it is looked for; default those of the native protocol. */
  readonly family?: FamilyName;
  /** What is wrong with it, in a sentence. */
  readonly breaks: string;
  readonly patches: readonly Patch[];
  /** Changes each plan into one that leads to it, where chance alone seldom does. */
  readonly lure?: (plan: Plan) => Plan;
  /** What it breaks first is one of these; whatever else it breaks is found as well. */
  readonly invariants: readonly string[];
}
