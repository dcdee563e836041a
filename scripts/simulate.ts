/**
 * Lives random lives of the real client and the real server in virtual time.
 *
 *   npm run simulate -- --seeds 2000 --from 1     many seeds; fails if one breaks an invariant
 *   npm run simulate -- --seed 7 --trace          one seed, with every line of it; --shrink keeps the least of a failure
 *   npm run simulate -- --seeds 50 --twice        each seed twice; fails if two traces differ
 *   npm run simulate -- --replay file.json        a plan that was kept
 *   npm run simulate -- --family streaming        another protocol (also: thread, base), against a model of its server
 */

import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { families, isFamilyName } from '../test/simulation/families/families.js';
import type { Family } from '../test/simulation/families/family.js';
import { drawPlan } from '../test/simulation/plan/draw-plan.js';
import type { Plan } from '../test/simulation/plan/plan.js';
import { bundleWorker } from '../test/simulation/runner/bundle.js';
import { Fleet } from '../test/simulation/runner/fleet.js';
import { keepFailure } from '../test/simulation/runner/keep-failure.js';
import { type Regression, readRegressions } from '../test/simulation/runner/regressions.js';
import { type RunResult, runPlan } from '../test/simulation/runner/run-plan.js';
import { Tally } from '../test/simulation/runner/tally.js';
import type { WorkerRequest } from '../test/simulation/runner/worker.js';

/** More failures than this teach nothing new. */
const FAILURES_MAX = 5;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    family: { type: 'string' },
    threads: { type: 'string', default: '2' },
    replay: { type: 'string' },
    trace: { type: 'boolean', default: false },
    twice: { type: 'boolean', default: false },
    shrink: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
  },
});

/** Undefined for the native protocol and its server. */
const family = findFamily(values.family);

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function findFamily(name: string | undefined): Family | undefined {
  if (name === undefined) return undefined;
  if (!isFamilyName(name)) throw new Error(`--family is one of ${Object.keys(families).join(', ')}.`);
  return families[name];
}

function draw(seed: number): Plan {
  return family?.drawPlan(seed) ?? drawPlan(seed);
}

/** Where it can, a thread draws for itself. */
function workOf(seed: number): WorkerRequest['work'] {
  return family === undefined ? { seed } : { plan: draw(seed) };
}

function isOfFamily({ plan }: Regression): boolean {
  return plan.setup.family?.name === values.family;
}

async function runOne(plan: Plan): Promise<void> {
  const result = await runPlan(plan, values.trace ? { onLine: say } : {});
  say(`seed ${plan.seed}: ${describe(result)}, trace ${result.hash}`);
  process.exitCode = result.violations.length === 0 ? 0 : 1;
  if (values.shrink) await keepFailure(plan, result, say);
}

async function runMany(): Promise<void> {
  const from = Number(values.from);
  const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => from + index);
  const regressions = values.twice ? [] : (await readRegressions()).filter(isOfFamily);
  const work = [
    ...regressions.map(({ plan }) => ({ plan })),
    ...seeds.flatMap((seed) => (values.twice ? [workOf(seed), workOf(seed)] : [workOf(seed)])),
  ];
  const bundle = await bundleWorker();
  const fleet = new Fleet({ path: bundle.path, threads: Number(values.threads) });
  const tally = new Tally(family?.faults);
  const hashes = new Map<number, string>();
  const differing: number[] = [];
  const startedAtMs = performance.now();
  try {
    await fleet.run(work, (result) => {
      tally.add(result);
      // Once each, and a kept plan that has a seed's number is another life.
      if (values.twice && (hashes.get(result.seed) ?? result.hash) !== result.hash) differing.push(result.seed);
      hashes.set(result.seed, result.hash);
      if (result.violations.length > 0) say(`seed ${result.seed}: ${describe(result)}; ${seeAgain(result.seed)}`);
      return values.all || tally.failures.length < FAILURES_MAX;
    });
  } finally {
    await fleet.end();
    await bundle.remove();
  }
  say(tally.print(performance.now() - startedAtMs));
  say(tally.printCoverage());
  if (values.twice)
    say(
      `I21 traces that differ between two runs: ${differing.length}${differing.length === 0 ? '' : ` (${differing.join(', ')})`}`,
    );
  const [first] = tally.failures;
  if (first !== undefined) await keepFailure(draw(first.seed), first, say);
  if (tally.failures.length > 0 || differing.length > 0) process.exitCode = 1;
}

function seeAgain(seed: number): string {
  const which = values.family === undefined ? '' : `--family ${values.family} `;
  return `npm run simulate -- ${which}--seed ${seed} --trace`;
}

function describe({ violations, convergedMs }: RunResult): string {
  const [violation] = violations;
  return violation === undefined
    ? `converged after ${convergedMs} ms`
    : `${violation.atMs} ms ${violation.id}: ${violation.what}`;
}

if (values.replay !== undefined) {
  // A file that this script itself wrote.
  await runOne((JSON.parse(await readFile(values.replay, 'utf8')) as { readonly plan: Plan }).plan);
} else if (values.seed !== undefined) await runOne(draw(Number(values.seed)));
else await runMany();
