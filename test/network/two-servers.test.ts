/** Two servers on one Redis behind a real nginx, as a deploy and a crash meet them: under load. */

import { afterEach, expect, test } from 'vitest';
import { ServerPair } from './support/server-pair.js';

/** Servers compile their sources on a machine that may be busy, and each restart is spread over seconds. */
const DEADLINE_MS = 300_000;
const SETTLE_DEADLINE_MS = 60_000;

const CLIENTS = 30;
const NOTHING_WRONG = { lost: 0, doubled: 0, unexpected: 0, outOfOrder: 0, findings: [], complaints: [] };

let pair: ServerPair | null = null;

afterEach(async () => {
  await pair?.close();
  pair = null;
}, DEADLINE_MS);

/** Thirty clients, half of them at each server. */
async function open(): Promise<ServerPair> {
  pair = await ServerPair.open();
  await pair.gather({ conversations: 10, members: CLIENTS / 10 });
  return pair;
}

function progressOf({ company }: ServerPair) {
  return company.talkers.map(({ progress }) => progress);
}

async function conclude(stage: ServerPair) {
  await stage.hush();
  await stage.company.settle(SETTLE_DEADLINE_MS);
  const { attempted, acked, ...verdict } = await stage.verdict();
  expect(verdict).toEqual(NOTHING_WRONG);
  expect(acked).toBe(attempted);
  return attempted;
}

test(
  'S21 F23 F46 UP-11 a rolling restart of both, as announced, under load: no client is ever anything but open',
  async () => {
    const stage = await open();
    stage.talk();

    for (const server of stage.servers) {
      const { pid } = server;
      await server.restart();
      expect(server.pid).not.toBe(pid);
    }
    const attempted = await conclude(stage);

    expect(attempted).toBeGreaterThan(CLIENTS * 30);
    for (const { isOpen, timesOpened, lostAtMs, causes, dialledAtMs } of progressOf(stage)) {
      expect({ isOpen, timesOpened, lostAtMs, causes }).toEqual({
        isOpen: true,
        timesOpened: 1,
        lostAtMs: [],
        causes: [],
      });
      // At the latest the second restart meets everybody at the server that it ends.
      expect(dialledAtMs.length).toBeGreaterThanOrEqual(2);
    }
    // The server that says goodbye has been asked first, and nginx went on to the other one.
    expect((await stage.nginx.logs()).access).toMatch(/"GET \/ws HTTP\/1.1" 101 \(503, 101\)/);
  },
  DEADLINE_MS,
);

test(
  'F25 SV-2 SV-4 one of both is killed under load and stays away: its clients go on at the other, and nothing is lost or doubled',
  async () => {
    const stage = await open();
    stage.talk();
    await stage.untilAcked(CLIENTS * 10);

    for (const server of stage.servers.slice(1)) await stage.kill(server);
    await stage.untilAcked(CLIENTS * 20);
    const attempted = await conclude(stage);

    expect(attempted).toBeGreaterThanOrEqual(CLIENTS * 20);
    const struck = progressOf(stage).filter(({ timesOpened }) => timesOpened > 1);
    expect(struck.length).toBeGreaterThanOrEqual(CLIENTS / 3);
    expect(struck.length).toBeLessThan(CLIENTS);
    expect(progressOf(stage).every(({ isOpen }) => isOpen)).toBe(true);
  },
  DEADLINE_MS,
);
