/** The promise behind a real nginx: idle timeouts, reloads, deaths, refused upgrades, and what its logs hold. */

import { afterEach, describe, expect, test } from 'vitest';
import { type CleanUp, createCleanUp } from '../../examples/play/clean-up.js';
import { pause } from '../../examples/play/script/waiting.js';
import { until } from './support/company.js';
import { House } from './support/house.js';
import { Nginx, type NginxLogs, type NginxOptions } from './support/nginx.js';
import { REFUSALS } from './support/nginx-configuration.js';
import type { Talker } from './support/talker.js';

const CLEAN = { lost: 0, doubled: 0, unexpected: 0, outOfOrder: 0, findings: [], complaints: [] };
const DEADLINE_MS = 20_000;

let cleanUp: CleanUp;

afterEach(() => cleanUp.run());

/** A server with places for so many, and nginx in front of it. */
async function open(places: number, options: Omit<NginxOptions, 'upstreamPorts'> = {}) {
  cleanUp = createCleanUp();
  const house = await House.open(places);
  cleanUp.add(() => house.close());
  const nginx = await Nginx.start({ ...options, upstreamPorts: [house.server.address.port] });
  cleanUp.add(() => nginx.stop());
  const through = { url: `${nginx.socketUrl}/ws`, serverUrl: nginx.url };
  return { house, nginx, through };
}

async function untilOpen(talkers: readonly Talker[], timesOpened = 1): Promise<void> {
  const isBack = ({ progress }: Talker) => progress.isOpen && progress.timesOpened >= timesOpened;
  await until(
    () => talkers.every(isBack),
    DEADLINE_MS,
    () => `everybody to be open for the ${timesOpened}. time`,
  );
}

test('F16 a proxy with an idle timeout of 2 s keeps the link of a shorter heartbeat and cuts that of a longer one, which loses nothing', async () => {
  const { house, through } = await open(2, { idleTimeoutMs: 2_000 });
  const lively = house.seat({ ...through, pace: { heartbeatMs: 1_000 } });
  const lazy = house.seat({ ...through, pace: { heartbeatMs: 25_000, heartbeatTimeoutMs: 10_000 } });
  for (const talker of house.talkers) talker.connect();
  await untilOpen(house.talkers);

  for (let timesOpened = 2; timesOpened <= 3; timesOpened += 1) {
    await untilOpen([lazy], timesOpened);
    await Promise.all(house.talkers.map((talker) => talker.talk({ messages: 3, apartMs: 50 })));
  }
  await house.settle(DEADLINE_MS);

  expect(await house.verdict()).toMatchObject({ ...CLEAN, attempted: 12, acked: 12 });
  expect(lively.progress.timesOpened).toBe(1);
  expect(lively.progress.causes).toEqual([]);
  for (const cause of lazy.progress.causes) {
    expect(cause).toMatchObject({ kind: 'socket-closed', code: 1006, everOpened: true, action: 'retry' });
    // Never cut before its time, and not by anything slower than the proxy.
    expect(cause.ageMs).toBeGreaterThan(1_900);
    expect(cause.ageMs).toBeLessThan(9_000);
  }
});

describe('F17 under load', () => {
  const LOAD = { messages: 40, apartMs: 75 };

  test('a proxy that reloads and lets old connections live costs nobody a connection', async () => {
    const { house, nginx, through } = await open(4);
    for (const talker of Array.from({ length: 4 }, () => house.seat(through))) talker.connect();
    await untilOpen(house.talkers);

    const talking = Promise.all(house.talkers.map((talker) => talker.talk(LOAD)));
    await pause(800);
    await nginx.reload();
    await pause(800);
    await nginx.reload();
    await talking;
    await house.settle(DEADLINE_MS);

    expect(await house.verdict()).toMatchObject({ ...CLEAN, attempted: 160, acked: 160 });
    expect(house.talkers.map(({ progress }) => progress.timesOpened)).toEqual([1, 1, 1, 1]);
  });

  test('a proxy that reloads and cuts old connections gets everybody back, and nothing is lost or doubled', async () => {
    const { house, nginx, through } = await open(4, { reloadGraceMs: 300 });
    for (const talker of Array.from({ length: 4 }, () => house.seat(through))) talker.connect();
    await untilOpen(house.talkers);

    const talking = Promise.all(house.talkers.map((talker) => talker.talk(LOAD)));
    await pause(300);
    await nginx.reload();
    await untilOpen(house.talkers, 2);
    await nginx.reload();
    await untilOpen(house.talkers, 3);
    await talking;
    await house.settle(DEADLINE_MS);

    expect(await house.verdict()).toMatchObject({ ...CLEAN, attempted: 160, acked: 160 });
    for (const { progress } of house.talkers) {
      expect(progress.settledCount).toBe(40);
      expect(new Set(progress.causes.map(({ code }) => code))).toEqual(new Set([1006]));
    }
  });

  test('a proxy that is killed and comes back a second later gets everybody back, and nothing is lost or doubled', async () => {
    const { house, nginx, through } = await open(4);
    for (const talker of Array.from({ length: 4 }, () => house.seat(through))) talker.connect();
    await untilOpen(house.talkers);

    const talking = Promise.all(house.talkers.map((talker) => talker.talk(LOAD)));
    await pause(600);
    await nginx.kill();
    await pause(1_000);
    const isAnybodyOpen = house.talkers.some(({ progress }) => progress.isOpen);
    await nginx.restart();
    await untilOpen(house.talkers, 2);
    await talking;
    await house.settle(DEADLINE_MS);

    expect(isAnybodyOpen).toBe(false);
    expect(await house.verdict()).toMatchObject({ ...CLEAN, attempted: 160, acked: 160 });
    for (const { progress } of house.talkers) {
      expect(progress.settledCount).toBe(40);
      expect(progress.causes[0]).toMatchObject({ code: 1006, everOpened: true });
    }
  });
});

test('F4 UP-09 an upgrade that the proxy answers with an error is told as 1006, tried again, and works once it is let through', async () => {
  const { house, nginx, through } = await open(REFUSALS.length, { refusals: 'passed on', reloadGraceMs: 100 });
  const talkers = REFUSALS.map((status) => house.seat({ ...through, url: `${nginx.socketUrl}/refused/${status}` }));
  for (const talker of talkers) talker.connect();
  await untilOpen(talkers);

  await nginx.reload({ refusals: 'answered' });
  const isDiagnosed = ({ progress }: Talker) => progress.causes.at(-1)?.diagnosis === 'handshake-refused';
  await until(
    () => talkers.every(isDiagnosed),
    DEADLINE_MS,
    () => 'everybody to be refused three times',
  );
  await Promise.all(talkers.map((talker) => talker.talk({ messages: 2, apartMs: 20 })));
  const causes = talkers.map(({ progress }) => progress.causes.slice(0, 4));
  const { access } = await nginx.logs();
  await nginx.reload({ refusals: 'passed on' });
  await house.settle(DEADLINE_MS);

  for (const [place, status] of REFUSALS.entries()) {
    // What nginx said, and what became of it.
    expect(access).toMatch(new RegExp(`"GET /refused/${status} HTTP/1.1" ${status} `));
    const cut = { code: 1006, everOpened: true };
    const refused = { kind: 'socket-closed', code: 1006, reason: '', everOpened: false, action: 'retry' };
    expect(causes[place]).toMatchObject([cut, refused, refused, { ...refused, diagnosis: 'handshake-refused' }]);
  }
  expect(await house.verdict()).toMatchObject({ ...CLEAN, attempted: 14, acked: 14 });
});

describe('C1 UP-19 in the logs of a proxy, its errors too,', () => {
  test('a token that travels as a subprotocol leaves no trace', async () => {
    const { logs, tokens } = await logsOf('subprotocol');

    // The lines where a token in the URL would be.
    expect(logs.access).toMatch(/"GET \/ws HTTP\/1.1" 101 /);
    expect(logs.errors).toMatch(/connect\(\) failed .* request: "GET \/refused\/502 HTTP\/1.1"/);
    expect(tracesOf(tokens, logs.access)).toBe(0);
    expect(tracesOf(tokens, logs.errors)).toBe(0);
  });

  test('a token that travels in the query, which is for the application to choose, is there for all to read', async () => {
    const { logs, tokens } = await logsOf({ query: 'token' });

    expect(tracesOf(tokens, logs.access)).toBeGreaterThanOrEqual(2);
    expect(tracesOf(tokens, logs.errors)).toBeGreaterThanOrEqual(1);
  });

  /** One client comes in, another one finds the server behind the proxy dead. */
  async function logsOf(tokenIn: 'subprotocol' | { readonly query: string }) {
    const { house, nginx, through } = await open(2);
    const [received, refused] = [
      house.seat({ ...through, tokenIn }),
      house.seat({ ...through, url: `${nginx.socketUrl}/refused/502`, tokenIn }),
    ];
    for (const talker of house.talkers) talker.connect();
    // The server knows no token in the query and turns such a client away, but only after nginx has passed it on.
    const areThrough = () => received.progress.causes.length + received.progress.timesOpened > 0;
    await until(
      () => areThrough() && refused.progress.causes.length > 0,
      DEADLINE_MS,
      () => 'both to have an answer',
    );
    await Promise.all(house.talkers.map((talker) => talker.close()));
    const tokens = house.talkers.flatMap((talker) => talker.tokens);
    expect(tokens.length).toBeGreaterThanOrEqual(2);
    return { logs: await untilLogged(nginx), tokens };
  }

  /** A connection is logged when it ends. */
  async function untilLogged(nginx: Nginx): Promise<NginxLogs> {
    let logs = await nginx.logs();
    for (let looks = 0; looks < 200 && !logs.access.includes('"GET /ws'); looks += 1) {
      await pause(25);
      logs = await nginx.logs();
    }
    return logs;
  }

  /** In how many places a token shows: as it is, or as a subprotocol writes it. */
  function tracesOf(tokens: readonly string[], log: string): number {
    const forms = tokens.flatMap((token) => [token, Buffer.from(token).toString('base64url')]);
    return forms.reduce((sum, form) => sum + log.split(form).length - 1, 0);
  }
});
