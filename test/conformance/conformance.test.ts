/** The kit against the reference engine, which keeps everything, and against servers that break one clause each. */

import { type ConformanceReport, conformance, conformanceChecks, manualClock } from 'chatsocket/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { brokenServers } from './support/broken-servers.js';
import { EngineServer } from './support/engine-server.js';
import type { Sabotage } from './support/sabotage.js';

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

  test('DS-5 SV-1 SV-2 SV-3 SV-4 SV-5 SV-6 SV-7 SV-8 RX-3 RX-4 keeps every clause, and gets all connections back', async () => {
    const { report, server, clock } = await examine();

    const verdicts = report.clauses.map(({ clause, verdict }) => `${clause} ${verdict}`);
    expect(verdicts, report.summary).toEqual(report.clauses.map(({ clause }) => `${clause} kept`));
    expect(report.clauses).toHaveLength(11);
    expect(server.connectionCount).toBe(0);
    // What the server still had on its way is gone by then; a timer of the kit would not be.
    await clock.advance(100);
    expect(clock.pendingTimers()).toEqual([]);
  });
});

describe('a server that', () => {
  const reports = new Map<Sabotage, ConformanceReport>();

  beforeAll(async () => {
    for (const sabotage of brokenServers) reports.set(sabotage, (await examine(sabotage)).report);
  }, 60_000);

  for (const sabotage of brokenServers) {
    test(`${sabotage.breaks} ${sabotage.idea} is found out, by this clause alone`, () => {
      const report = reports.get(sabotage);

      const broken = report?.broken.map(({ clause }) => clause);
      expect(broken, report?.summary).toEqual([sabotage.breaks]);
    });
  }

  test('fails a check is there for each check of the kit', () => {
    const findings = [...reports.values()].flatMap((report) => report.findings);

    const failed = new Set(findings.filter(({ verdict }) => verdict === 'broken').map(({ title }) => title));
    const unfailed = conformanceChecks.filter(({ title }) => !failed.has(title)).map(({ title }) => title);
    expect(unfailed).toEqual([]);
  });
});
