/**
 * Plants mistakes in the code, one at a time, and sees that the simulation finds each of them.
 *
 *   npm run simulate:mutants                      all of them; fails if one is not found, or cannot be planted any more
 *   npm run simulate:mutants -- --only dedup      those with this in their name, side or family
 */

import { parseArgs } from 'node:util';
import { type Catch, hunt, Sound } from '../test/simulation/mutants/hunt.js';
import type { Mutant } from '../test/simulation/mutants/mutant.js';
import { mutants } from '../test/simulation/mutants/mutants.js';
import { bundleWorker } from '../test/simulation/runner/bundle.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '400' },
    from: { type: 'string', default: '1' },
    threads: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
  },
});

interface Finding {
  readonly mutant: Mutant;
  readonly caught: Catch | null;
  /** Why it could not be looked for. */
  readonly trouble: string | null;
  readonly wallMs: number;
}

const WIDTHS = [30, 8, 6, 6, 6];

function say(...columns: readonly string[]): void {
  const cells = columns.map((column, index) => column.padEnd(WIDTHS[index] ?? 0));
  process.stdout.write(`${cells.join(' ').trimEnd()}\n`);
}

async function look(mutant: Mutant, seeds: readonly number[], sound: Sound): Promise<Finding> {
  const startedAtMs = performance.now();
  const end = (caught: Catch | null, trouble: string | null): Finding => {
    return { mutant, caught, trouble, wallMs: performance.now() - startedAtMs };
  };
  try {
    return end(await hunt(mutant, seeds, sound), null);
  } catch (thrown) {
    return end(null, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function report({ mutant, caught, trouble, wallMs }: Finding): void {
  const seconds = (wallMs / 1_000).toFixed(1);
  if (caught === null)
    return say(mutant.name, mutant.side, '-', '-', seconds, trouble ?? `NOT FOUND: ${mutant.breaks}`);
  const isExpected = mutant.invariants.includes(caught.invariant);
  const aside = isExpected ? '' : ` (expected ${mutant.invariants.join(' or ')})`;
  say(mutant.name, mutant.side, String(caught.seed), caught.invariant, seconds, `${caught.what}${aside}`);
}

async function lookForAll(): Promise<void> {
  const from = Number(values.from);
  const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => from + index);
  const queue = mutants.filter(({ name, side, family = 'native' }) =>
    `${name} ${side} ${family}`.includes(values.only),
  );
  const count = queue.length;
  const findings: Finding[] = [];
  const startedAtMs = performance.now();
  const bundle = await bundleWorker();
  const lanes = Array.from({ length: Number(values.threads) }, async () => {
    const sound = new Sound(bundle.path);
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const finding = await look(mutant, seeds, sound);
      findings.push(finding);
      report(finding);
    }
    await sound.end();
  });
  say('mutant', 'side', 'seed', 'broke', 'wall s', 'what was seen');
  await Promise.all(lanes);
  await bundle.remove();
  const found = findings.filter(({ caught }) => caught !== null).length;
  process.stdout.write(`${found} of ${count} found, ${((performance.now() - startedAtMs) / 1_000).toFixed(0)} s\n`);
  if (count === 0 || found < count) process.exitCode = 1;
}

await lookForAll();
