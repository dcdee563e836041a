import { describe, expect, test } from 'vitest';
import { DRILLS, planFaults, RESTARTS } from '../../examples/play/script/fault-plan.js';

const SEEDS = [0, 1, 2, 3, 41, 2 ** 32 - 1];

test('a plan is the same for the same seed, and another for another', () => {
  const plans = SEEDS.map((seed) => JSON.stringify(planFaults({ seed, clients: 20 })));

  expect(plans).toEqual(SEEDS.map((seed) => JSON.stringify(planFaults({ seed, clients: 20 }))));
  expect(new Set(plans).size).toBe(SEEDS.length);
});

describe.each(SEEDS)('the plan of seed %i', (seed) => {
  const plan = planFaults({ seed, clients: 20 });
  const kinds = plan.map(({ kind }) => kind);

  test('has every fault, and two restarts that are apart from each other and from the ends', () => {
    const restarts = kinds.flatMap((kind, place) => (kind === 'restart' ? [place] : []));
    const gaps = [0, ...restarts, kinds.length].slice(1).map((place, index) => place - ([0, ...restarts][index] ?? 0));

    expect(restarts).toHaveLength(RESTARTS);
    expect(Math.min(...gaps)).toBeGreaterThan(3);
    expect(new Set(kinds)).toEqual(
      new Set([
        'cut',
        'stalled',
        'half-open',
        'half-open to the server',
        'half-open to the client',
        'slow',
        'byte by byte',
        'refused',
        'restart',
        ...DRILLS,
      ]),
    );
  });

  test('names clients that there are, each once, and drills offer everybody', () => {
    for (const fault of plan) {
      if (fault.kind === 'restart') continue;
      const { clients } = fault;
      expect(clients.length).toBeGreaterThan(0);
      expect(new Set(clients).size).toBe(clients.length);
      expect(clients.every((client) => Number.isInteger(client) && client >= 0 && client < 20)).toBe(true);
      if (DRILLS.some((kind) => kind === fault.kind)) expect(clients).toHaveLength(20);
    }
  });

  test('ends by cutting everybody off', () => {
    expect(plan.at(-1)).toMatchObject({ kind: 'cut', clients: Array.from({ length: 20 }, (_, index) => index) });
  });
});
