/** The kit against the reference engine, which keeps everything, and against servers that break one clause each. */

import { conformance, conformanceChecks, manualClock } from 'chatsocket/testing';
import { describe, expect, test } from 'vitest';
import { ackBeforeDurable } from './broken-servers/ack-before-durable.js';
import { deafAfterJoin } from './broken-servers/deaf-after-join.js';
import { dedupForgottenAtRestart } from './broken-servers/dedup-forgotten-at-restart.js';
import { dedupStoredLater } from './broken-servers/dedup-stored-later.js';
import { dedupWindowNotAnnounced } from './broken-servers/dedup-window-not-announced.js';
import { dedupWindowTooShort } from './broken-servers/dedup-window-too-short.js';
import { deletionWithoutTombstone } from './broken-servers/deletion-without-tombstone.js';
import { fullAfterACut } from './broken-servers/full-after-a-cut.js';
import { holesForOneReader } from './broken-servers/holes-for-one-reader.js';
import { idsSharedByUsers } from './broken-servers/ids-shared-by-users.js';
import { newEpochAtRestart } from './broken-servers/new-epoch-at-restart.js';
import { numberCheckedBeforeRepeat } from './broken-servers/number-checked-before-repeat.js';
import { otherContentIsTaken } from './broken-servers/other-content-is-taken.js';
import { pongWithStaleHeads } from './broken-servers/pong-with-stale-heads.js';
import { pongWithoutHeads } from './broken-servers/pong-without-heads.js';
import { producerNumbersIgnored } from './broken-servers/producer-numbers-ignored.js';
import { repeatGetsNewPlace } from './broken-servers/repeat-gets-new-place.js';
import { repeatIsToldAgain } from './broken-servers/repeat-is-told-again.js';
import { resumeNewestFirst } from './broken-servers/resume-newest-first.js';
import { resumeWithHole } from './broken-servers/resume-with-hole.js';
import { typingTakesANumber } from './broken-servers/typing-takes-a-number.js';
import { EngineServer } from './support/engine-server.js';
import type { Sabotage } from './support/sabotage.js';

const brokenServers: readonly Sabotage[] = [
  ackBeforeDurable,
  deafAfterJoin,
  dedupForgottenAtRestart,
  dedupStoredLater,
  dedupWindowNotAnnounced,
  dedupWindowTooShort,
  deletionWithoutTombstone,
  fullAfterACut,
  holesForOneReader,
  idsSharedByUsers,
  newEpochAtRestart,
  numberCheckedBeforeRepeat,
  otherContentIsTaken,
  pongWithStaleHeads,
  pongWithoutHeads,
  producerNumbersIgnored,
  repeatGetsNewPlace,
  repeatIsToldAgain,
  resumeNewestFirst,
  resumeWithHole,
  typingTakesANumber,
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
    // What the server still had on its way is gone by then; a timer of the kit would not be.
    await clock.advance(100);
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
