/** Many clients that lose one server in the same millisecond: the figures of `npm run bench:herd` with fewer of them. */

import { describe, expect, test } from 'vitest';
import { type CrowdFigures, crowdFigures } from '../../../scripts/bench/herd/crowd.js';
import { type Goals, PLAN } from '../../../scripts/bench/herd/goals.js';
import { comeBack } from '../../../scripts/bench/herd/our-client.js';
import { LONE_LOSS, OUTAGE_60_S, type Outage, ROLLING_RESTART } from '../../../scripts/bench/herd/outage.js';

const SEED = Number(process.env['SEED'] ?? 1);
const CLIENTS = 2_000;

function live(outage: Outage, clients = CLIENTS): CrowdFigures {
  return crowdFigures({ clients, seed: SEED }, (seed) => comeBack(outage, seed));
}

/** With fewer clients chance weighs more: three standard deviations of a bucket that is full to the goal. */
function bound(goal = 1): number {
  return goal + 3 * Math.sqrt((goal * (1 - goal)) / CLIENTS);
}

describe(`a crowd without its server (seed ${SEED})`, () => {
  test.each<[string, Outage, Goals]>(PLAN.map(({ outage, goals }) => [outage.name, outage, goals]))(
    'UP-11 CN-3 F23 F46 comes back spread: %s',
    (_name, outage, goals) => {
      const figures = live(outage);

      expect(figures.worstAll).toBeLessThanOrEqual(bound(goals.worstAllMax));
      expect(figures.worstTaken).toBeLessThanOrEqual(bound(goals.worstTakenMax));
      expect(figures.dialsPerMinute).toBeLessThanOrEqual(12);
    },
  );

  test('UP-11 CN-3 a client alone is back within 0.6 s, half of the time', () => {
    expect(live(LONE_LOSS).recoveryMedianMs).toBeLessThanOrEqual(600);
  });

  test('CN-3 CN-8 F1 nobody waits for longer than the longest delay once the server is back', () => {
    const figures = live(OUTAGE_60_S);

    expect(figures.recoveryMaxMs).toBeLessThanOrEqual(30_060);
    expect(figures.attemptsMean).toBeLessThanOrEqual(10);
  });

  test('F23 F46 a restart that was announced ahead costs nobody a second dial', () => {
    expect(live(ROLLING_RESTART).attemptsMax).toBe(1);
  });

  test('UP-11 is the same again for the same seed', () => {
    expect(live(OUTAGE_60_S, 50)).toEqual(live(OUTAGE_60_S, 50));
  });
});
