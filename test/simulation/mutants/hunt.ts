/** Runs seeds against a planted mistake until one of them breaks something that it does not break without it. */

import { families } from '../families/families.js';
import { drawPlan } from '../plan/draw-plan.js';
import { bundleWorker } from '../runner/bundle.js';
import { Fleet } from '../runner/fleet.js';
import type { RunResult } from '../runner/run-plan.js';
import type { WorkerRequest } from '../runner/worker.js';
import type { Mutant } from './mutant.js';

export interface Catch {
  readonly seed: number;
  readonly invariant: string;
  readonly what: string;
}

/** Which lives a mistake is looked for in. */
type Lives = Pick<Mutant, 'lure' | 'family'>;

/** Longer than any seed takes: a thread that is silent for so long has been lost to the mistake. */
const SEED_WALL_MS = 60_000;

/** The code as it is, seed by seed, in a thread of its own. */
export class Sound {
  readonly #fleet: Fleet;
  /** Seeds whose own plan was tried, by family. */
  readonly #isSound = new Map<string, boolean>();

  constructor(path: string) {
    this.#fleet = new Fleet({ path, threads: 1 });
  }

  /** A life that fails anyway tells nothing of a mistake. */
  async passes(seed: number, lives: Lives): Promise<boolean> {
    const { lure, family = 'native' } = lives;
    const name = `${family} ${seed}`;
    const known = lure === undefined ? this.#isSound.get(name) : undefined;
    if (known !== undefined) return known;
    const { violations } = await live(this.#fleet, seed, lives);
    if (lure === undefined) this.#isSound.set(name, violations.length === 0);
    return violations.length === 0;
  }

  end(): Promise<void> {
    return this.#fleet.end();
  }
}

/** Null if no seed finds it. Throws if a patch does not apply. */
export async function hunt(mutant: Mutant, seeds: readonly number[], sound: Sound): Promise<Catch | null> {
  const bundle = await bundleWorker(mutant.patches);
  const fleet = new Fleet({ path: bundle.path, threads: 1 });
  try {
    for (const seed of seeds) {
      const [violation] = (await live(fleet, seed, mutant)).violations;
      if (violation === undefined || !(await sound.passes(seed, mutant))) continue;
      return { seed, invariant: violation.id, what: violation.what };
    }
    return null;
  } finally {
    await fleet.end();
    await bundle.remove();
  }
}

async function live(fleet: Fleet, seed: number, lives: Lives): Promise<RunResult> {
  let result: RunResult | null = null;
  let alarm: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    alarm = setTimeout(() => reject(new Error(`seed ${seed} did not end within ${SEED_WALL_MS} ms`)), SEED_WALL_MS);
  });
  const running = fleet.run([workOf(seed, lives)], (done) => {
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

/** Where it can, a thread draws for itself. */
function workOf(seed: number, { lure, family }: Lives): WorkerRequest['work'] {
  if (family === undefined && lure === undefined) return { seed };
  const plan = family === undefined ? drawPlan(seed) : families[family].drawPlan(seed);
  return { plan: lure === undefined ? plan : lure(plan) };
}
