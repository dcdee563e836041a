/** Runs seeds against a planted mistake until one of them breaks something that it does not break without it. */

import { drawPlan } from '../plan/draw-plan.js';
import { bundleWorker } from '../runner/bundle.js';
import { Fleet } from '../runner/fleet.js';
import type { RunResult } from '../runner/run-plan.js';
import type { Mutant } from './mutant.js';

export interface Catch {
  readonly seed: number;
  readonly invariant: string;
  readonly what: string;
}

/** Longer than any seed takes: a thread that is silent for so long has been lost to the mistake. */
const SEED_WALL_MS = 60_000;

/** The code as it is, seed by seed, in a thread of its own. */
export class Sound {
  readonly #fleet: Fleet;
  /** Seeds whose own plan was tried. */
  readonly #isSound = new Map<number, boolean>();

  constructor(path: string) {
    this.#fleet = new Fleet({ path, threads: 1 });
  }

  /** A life that fails anyway tells nothing of a mistake. */
  async passes(seed: number, lure: Mutant['lure']): Promise<boolean> {
    const known = lure === undefined ? this.#isSound.get(seed) : undefined;
    if (known !== undefined) return known;
    const { violations } = await live(this.#fleet, seed, lure);
    if (lure === undefined) this.#isSound.set(seed, violations.length === 0);
    return violations.length === 0;
  }

  end(): Promise<void> {
    return this.#fleet.end();
  }
}

/** Null if no seed finds it. Throws if a patch does not apply. */
export async function hunt({ patches, lure }: Mutant, seeds: readonly number[], sound: Sound): Promise<Catch | null> {
  const bundle = await bundleWorker(patches);
  const fleet = new Fleet({ path: bundle.path, threads: 1 });
  try {
    for (const seed of seeds) {
      const [violation] = (await live(fleet, seed, lure)).violations;
      if (violation === undefined || !(await sound.passes(seed, lure))) continue;
      return { seed, invariant: violation.id, what: violation.what };
    }
    return null;
  } finally {
    await fleet.end();
    await bundle.remove();
  }
}

async function live(fleet: Fleet, seed: number, lure: Mutant['lure']): Promise<RunResult> {
  let result: RunResult | null = null;
  let alarm: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    alarm = setTimeout(() => reject(new Error(`seed ${seed} did not end within ${SEED_WALL_MS} ms`)), SEED_WALL_MS);
  });
  const running = fleet.run([lure === undefined ? { seed } : { plan: lure(drawPlan(seed)) }], (done) => {
    result = done;
    return true;
  });
  try {
    await Promise.race([running, silence]);
  } finally {
    clearTimeout(alarm);
  }
  if (result === null) throw new Error(`seed ${seed} has no result`);
  return result;
}
