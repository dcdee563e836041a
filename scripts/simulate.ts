/** `npm run simulate`: many random lives, one with its trace, or a plan that was kept. */

import { readFile } from 'node:fs/promises';
import { families } from '../test/simulation/families/families.js';
import { drawPlan } from '../test/simulation/plan/draw-plan.js';
import type { Plan } from '../test/simulation/plan/plan.js';
import { bundleWorker } from '../test/simulation/runner/bundle.js';
import { Fleet } from '../test/simulation/runner/fleet.js';
import { keepFailure } from '../test/simulation/runner/keep-failure.js';
import { type Regression, readRegressions } from '../test/simulation/runner/regressions.js';
import { type RunResult, runPlan } from '../test/simulation/runner/run-plan.js';
import { Tally } from '../test/simulation/runner/tally.js';
import type { WorkerRequest } from '../test/simulation/runner/worker.js';
import { USAGE_EXIT } from './bench/bench-arguments.js';
import { HELP, readSimulateArguments, type SimulateArguments } from './simulate-arguments.js';

/** More failures than this teach nothing new. */
const FAILURES_MAX = 5;

const values = argumentsOrExit();
/** Null for the native protocol and its server. */
const family = values.family === null ? null : families[values.family];

function argumentsOrExit(): SimulateArguments {
  const read = readSimulateArguments(process.argv.slice(2));
  if (read.mode === 'run') return read.wanted;
  if (read.mode === 'help') process.stdout.write(HELP);
  else process.stderr.write(`${read.reason}\n`);
  process.exit(read.mode === 'help' ? 0 : USAGE_EXIT);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function draw(seed: number): Plan {
  return family?.drawPlan(seed) ?? drawPlan(seed);
}

/** Where it can, a thread draws for itself. */
function workOf(seed: number): WorkerRequest['work'] {
  return family === null ? { seed } : { plan: draw(seed) };
}

function isOfFamily({ plan }: Regression): boolean {
  return (plan.setup.family?.name ?? null) === values.family;
}

async function runOne(plan: Plan): Promise<void> {
  const result = await runPlan(plan, values.trace ? { onLine: say } : {});
  say(`seed ${plan.seed}: ${describe(result)}, trace ${result.hash}`);
  process.exitCode = result.violations.length === 0 ? 0 : 1;
  if (values.shrink) await keepFailure(plan, result, say);
}

async function runMany(): Promise<void> {
  const seeds = Array.from({ length: values.seeds }, (_, index) => values.from + index);
  const regressions = values.twice ? [] : (await readRegressions()).filter(isOfFamily);
  const work = [
    ...regressions.map(({ plan }) => ({ plan })),
    ...seeds.flatMap((seed) => (values.twice ? [workOf(seed), workOf(seed)] : [workOf(seed)])),
  ];
  const bundle = await bundleWorker();
  const fleet = new Fleet({ path: bundle.path, threads: values.threads });
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
  const which = values.family === null ? '' : `--family ${values.family} `;
  return `npm run simulate -- ${which}--seed ${seed} --trace`;
}

function describe({ violations, convergedMs }: RunResult): string {
  const [violation] = violations;
  return violation === undefined
    ? `converged after ${convergedMs} ms`
    : `${violation.atMs} ms ${violation.id}: ${violation.what}`;
}

if (values.replay !== null) {
  // A file that this script itself wrote.
  await runOne((JSON.parse(await readFile(values.replay, 'utf8')) as { readonly plan: Plan }).plan);
} else if (values.seed !== null) await runOne(draw(values.seed));
else await runMany();
