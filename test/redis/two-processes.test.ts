/** Two servers as processes on one Redis: one is killed, or restarted as announced, while real clients talk. */

import { conformance, webSocketConnect } from 'chatsocket/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { ServerProcess } from '../../examples/play/running-server.js';
import { type Account, fetchToken, foundConversation, logIn } from '../../examples/play/script/account.js';
import { waitUntil } from '../../examples/play/script/waiting.js';
import { findRedis } from '../../scripts/find-redis.js';
import { RedisServer } from './support/redis-server.js';
import { RoundRobin } from './support/round-robin.js';
import { conclude, gatherPairs, startPair, talkAll } from './support/stage.js';

/** Servers compile their sources, on a machine that may be busy. */
const DEADLINE_MS = 120_000;
const PAIRS = 4;
const MESSAGES = 60;

// Where there is no Redis, `npm test` says so in its last lines.
describe.runIf(findRedis() !== null)('two processes on one Redis', { timeout: DEADLINE_MS }, () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await RedisServer.start();
  }, DEADLINE_MS);

  afterAll(() => redis.stop());

  beforeEach(() => redis.flush());

  async function open(graceMs = 0): Promise<{ servers: readonly ServerProcess[]; front: RoundRobin }> {
    const servers = await startPair({ redisUrl: redis.url, graceMs, onTrouble: () => {} });
    const front = await RoundRobin.start(servers.map(({ port }) => port));
    onTestFinished(async () => {
      await front.stop();
      for (const { pid } of servers) if (pid !== undefined) process.kill(pid, 'SIGCONT');
      await Promise.all(servers.map((server) => server.stop()));
    }, DEADLINE_MS);
    return { servers, front };
  }

  const nothingWrong = {
    attempted: 2 * PAIRS * MESSAGES,
    acked: 2 * PAIRS * MESSAGES,
    lost: 0,
    doubled: 0,
    unexpected: 0,
    outOfOrder: 0,
    findings: [],
  };

  test('F25 SV-2 SV-4 one is killed under load, twice: clients go on at the other, nothing lost, doubled or out of order', async () => {
    const { servers, front } = await open();
    const chatters = await gatherPairs(front.port, { pairs: PAIRS, messages: MESSAGES });
    const talking = talkAll(chatters, 60);
    const ackedCount = () => chatters.reduce((sum, chatter) => sum + chatter.ackedCount, 0);

    for (const [index, server] of servers.entries()) {
      const due = (index + 1) * PAIRS * MESSAGES * 0.5;
      expect(await waitUntil(() => ackedCount() >= due, 30_000)).toBe(true);
      if (server.pid !== undefined) process.kill(server.pid, 'SIGKILL');
      const before = ackedCount();
      expect(await waitUntil(() => ackedCount() > before + 20, 30_000)).toBe(true);
    }
    await talking;
    const { verdict, complaints } = await conclude(chatters, redis.url);

    expect(complaints).toEqual([]);
    expect(verdict).toMatchObject(nothingWrong);
    expect(chatters.some(({ timesOpened }) => timesOpened > 1)).toBe(true);
  });

  test('S21 F23 a rolling restart: each is drained in turn, and every client is open again with nothing lost', async () => {
    const { servers, front } = await open();
    const chatters = await gatherPairs(front.port, { pairs: PAIRS, messages: MESSAGES });
    const talking = talkAll(chatters, 120);

    for (const server of servers) {
      await server.restart();
      expect(await waitUntil(() => chatters.every(({ isOpen }) => isOpen), 30_000)).toBe(true);
    }
    await talking;
    const { verdict, complaints } = await conclude(chatters, redis.url);

    expect(complaints).toEqual([]);
    expect(verdict).toMatchObject(nothingWrong);
  });

  test('SV-1 SV-2 SV-3 SV-5 SV-8 RX-3 every clause that can be looked at from outside holds over both', async () => {
    const { front } = await open();
    const url = `http://127.0.0.1:${front.port}`;
    const accounts = new Map<string, Promise<Account>>();
    const accountOf = (user: string): Promise<Account> => {
      const account = accounts.get(user) ?? logIn(url, user);
      accounts.set(user, account);
      return account;
    };

    const report = await conformance({
      connect: webSocketConnect({
        webSocket: WebSocket,
        url: () => `${url.replace('http', 'ws')}/ws`,
        token: async ({ user }) => fetchToken(url, await accountOf(user)),
      }),
      conversation: async ({ users: [owner, other] }) => {
        return foundConversation(url, await accountOf(owner), [(await accountOf(other)).userId]);
      },
    });

    expect(report.broken, report.summary).toEqual([]);
    expect(report.clauses.filter(({ verdict }) => verdict === 'kept').length).toBeGreaterThanOrEqual(5);
  });
});
