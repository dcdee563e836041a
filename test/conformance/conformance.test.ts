/** The kit against the reference engine, which keeps everything, and against servers that break one clause each. */

import { conformance, conformanceChecks, manualClock } from 'chatsocket/testing';
import { describe, expect, test } from 'vitest';
import { idsSharedByUsers } from './broken-servers/ids-shared-by-users.js';
import { otherContentIsTaken } from './broken-servers/other-content-is-taken.js';
import { repeatGetsNewPlace } from './broken-servers/repeat-gets-new-place.js';
import { repeatIsToldAgain } from './broken-servers/repeat-is-told-again.js';
import { EngineServer } from './support/engine-server.js';
import type { Sabotage } from './support/sabotage.js';

const brokenServers: readonly Sabotage[] = [
  idsSharedByUsers,
  repeatGetsNewPlace,
  repeatIsToldAgain,
  otherContentIsTaken,
];

async function examine(sabotage: Partial<Sabotage> = {}) {
  const clock = manualClock();
  const server = new EngineServer(clock, sabotage);
  await server.start();
  const report = await conformance(server.options);
  return { report, server, clock };
}

describe('the reference engine', () => {
  for (const check of conformanceChecks) {
    test(`${check.clause} ${check.title}`, async () => {
      const server = new EngineServer(manualClock());
      await server.start();

      const finding = await check.run(server.options);

      expect(finding, finding.evidence).toMatchObject({ clause: check.clause, verdict: 'kept' });
    });
  }

  test('keeps every clause, and gets all connections back', async () => {
    const { report, server, clock } = await examine();

    expect(
      report.clauses.map(({ verdict }) => verdict),
      report.summary,
    ).toEqual(report.clauses.map(() => 'kept'));
    expect(server.connectionCount).toBe(0);
    expect(clock.pendingTimers()).toEqual([]);
  });
});

describe('a server that', () => {
  for (const sabotage of brokenServers) {
    test(`${sabotage.breaks} ${sabotage.idea} is found out, by this clause alone`, async () => {
      const { report } = await examine(sabotage);

      expect(
        report.broken.map(({ clause }) => clause),
        report.summary,
      ).toEqual([sabotage.breaks]);
    });
  }
});
