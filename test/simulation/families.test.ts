/** A few lives of each family, for every run of the tests; `npm run simulate -- --family …` lives thousands. */

import { describe, expect, test } from 'vitest';
import { families } from './families/families.js';
import { runPlan } from './runner/run-plan.js';
import { Tally } from './runner/tally.js';

const SEEDS = 20;
const SEEDS_TWICE = 3;

describe.each(Object.entries(families))('the %s family', (name, family) => {
  test('DS-3 DS-5 I1 I2 I5 I6 I7 I8 I24 L1 hold in every life', async () => {
    const tally = new Tally(family.faults);

    for (let seed = 1; seed <= SEEDS; seed += 1) tally.add(await runPlan(family.drawPlan(seed)));

    const failures = tally.failures.map(({ seed, violations: [violation] }) => ({
      violation,
      replay: `npm run simulate -- --family ${name} --seed ${seed} --trace`,
    }));
    expect(failures).toEqual([]);
    expect(tally.seeds).toBe(SEEDS);
  }, 60_000);

  test('I21 a seed leads to the same life twice', async () => {
    const run = async (seed: number) => (await runPlan(family.drawPlan(seed))).hash;

    for (let seed = 1; seed <= SEEDS_TWICE; seed += 1) expect(await run(seed)).toBe(await run(seed));
  }, 30_000);

  test('I21 a plan is the same after it was kept', () => {
    const plan = family.drawPlan(1);

    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });
});
