/** A few seeds of the simulation, for every run of the tests; `npm run simulate` lives thousands. */

import { describe, expect, test } from 'vitest';
import { drawPlan } from './plan/draw-plan.js';
import { faults } from './plan/plan.js';
import { readRegressions } from './runner/regressions.js';
import { runPlan } from './runner/run-plan.js';
import { shrink } from './runner/shrink.js';
import { Tally } from './runner/tally.js';

const SEEDS = 60;
const SEEDS_TWICE = 10;
const regressions = await readRegressions();

describe('the simulation', () => {
  test.each(regressions)('no plan that once broke something breaks it again ($name)', async ({ plan }) => {
    const { violations, tail } = await runPlan(plan);

    expect(violations, tail.join('\n')).toEqual([]);
  });

  test('I1 I2 I3 I4 I5 I6 I7 I8 I9 I10 I11 I12 I13 I14 I15 I16 I17 I18 I19 I20 I22 I23 I24 L1 L2 L3 L4 DS-3 DS-4 hold in every life', async () => {
    const tally = new Tally();

    for (let seed = 1; seed <= SEEDS; seed += 1) tally.add(await runPlan(drawPlan(seed)));

    expect(tally.failures.map(({ seed, violations }) => ({ seed, violation: violations[0] }))).toEqual([]);
    expect(tally.seeds).toBe(SEEDS);
    expect(tally.simulatedMs).toBeGreaterThan(SEEDS * 900_000);
  }, 60_000);

  test('I21 a seed leads to the same life twice', async () => {
    const run = async (seed: number) => (await runPlan(drawPlan(seed))).hash;

    for (let seed = 101; seed <= 100 + SEEDS_TWICE; seed += 1) expect(await run(seed)).toBe(await run(seed));
  }, 30_000);

  test('tells two lives apart by their traces', async () => {
    const [one, other] = [await runPlan(drawPlan(1)), await runPlan(drawPlan(2))];

    expect(one.hash).not.toBe(other.hash);
  });

  test('every fault strikes within a few hundred seeds', () => {
    const drawn = new Set(
      Array.from({ length: 300 }, (_, seed) => drawPlan(seed).steps.map(({ kind }) => kind)).flat(),
    );

    expect(Object.keys(faults).filter((kind) => !drawn.has(kind))).toEqual([]);
  });

  test('a breach is found, and its plan is shrunk to what is needed for it', async () => {
    const noSecondSend = {
      id: 'X1',
      sentence: 'Nobody ever sends a second message.',
      sent: (world: { violate(id: string, what: string): void }, _device: unknown, { text }: { text: string }) => {
        if (text.includes('-3"')) world.violate('X1', 'a second message');
      },
    };
    const lives = await Promise.all(
      [3, 4, 5, 6].map((seed) => runPlan(drawPlan(seed), { invariants: [noSecondSend] })),
    );
    const broken = lives.find(({ violations }) => violations[0]?.id === 'X1');
    const plan = drawPlan(broken?.seed ?? 0);

    const small = await shrink(plan, { id: 'X1', runsMax: 200, invariants: () => [noSecondSend] });

    expect(broken).toBeDefined();
    expect(small.steps.length).toBeLessThanOrEqual(4);
    expect(small.steps.length).toBeLessThan(plan.steps.length);
  }, 30_000);
});
