/** The promise over real sockets: a real client, a real server and a network that keeps to a script. */

import { beforeAll, describe, expect, test } from 'vitest';
import { SCRIPTS } from './scripts.js';
import { type Outcome, playAll } from './stage.js';

describe('over a bad network', () => {
  let outcomes: ReadonlyMap<string, Outcome>;

  beforeAll(async () => {
    outcomes = await playAll(SCRIPTS, 1);
  }, 120_000);

  test.each(SCRIPTS)('$name: nothing lost, doubled or out of order', ({ name, rules }) => {
    const outcome = outcomes.get(name);

    expect(outcome?.complaints).toEqual([]);
    expect(outcome?.verdict).toMatchObject({
      attempted: 48,
      acked: 48,
      lost: 0,
      doubled: 0,
      unexpected: 0,
      outOfOrder: 0,
      findings: [],
    });
    // A fault that did not happen proves nothing.
    expect(outcome?.strikes).toHaveLength(rules.length);
    for (const strikes of outcome?.strikes ?? []) expect(strikes).toBeGreaterThan(0);
  });
});
