/** Two servers as processes on one Redis, and what becomes of chats when one of the three is gone, or stands still. */

import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { ServerProcess } from '../../examples/play/running-server.js';
import { pause, waitUntil } from '../../examples/play/script/waiting.js';
import { findRedis } from '../../scripts/find-redis.js';
import { logIn, within } from '../server/support/peer.js';
import { RedisServer } from './support/redis-server.js';
import { RoundRobin } from './support/round-robin.js';
import { STORY, untilShown, watchStory } from './support/shown.js';
import { conclude, gatherPairs, startPair, talkAll } from './support/stage.js';
import { clientAt } from './support/two-servers.js';

/** Servers compile their sources, on a machine that may be busy. */
const DEADLINE_MS = 240_000;
/** For a start of a server, and more. */
const WAIT_MS = 60_000;
const PAIRS = 4;
const MESSAGES = 60;
const ALL = 2 * PAIRS * MESSAGES;
/** Less than what a server waits for an answer of Redis. */
const FROZEN_MS = 2_000;

// Where there is no Redis, `npm test` says so in its last lines.
describe.runIf(findRedis() !== null)('two processes on one Redis', { timeout: DEADLINE_MS }, () => {
  let redis: RedisServer;
  let troubles: string[];

  beforeAll(async () => {
    redis = await RedisServer.start();
  }, DEADLINE_MS);

  afterAll(() => redis.stop());

  beforeEach(async () => {
    troubles = [];
    await redis.flush();
  });

  async function open(): Promise<{ servers: readonly ServerProcess[]; front: RoundRobin }> {
    const servers = await startPair({ redisUrl: redis.url, onTrouble: (line) => troubles.push(line) });
    onTestFinished(async () => void (await Promise.all(servers.map((server) => server.stop()))), DEADLINE_MS);
    const front = await RoundRobin.start(servers.map(({ port }) => port));
    onTestFinished(() => front.stop());
    return { servers, front };
  }

  const nothingWrong = { attempted: ALL, acked: ALL, lost: 0, doubled: 0, unexpected: 0, outOfOrder: 0, findings: [] };

  test('SV-4 SV-5 a Redis that is killed and is back after seconds: the servers end and come back, and nothing that was acked is lost', async () => {
    const { front } = await open();
    const chatters = await gatherPairs(front.port, { pairs: PAIRS, messages: MESSAGES });
    const talking = talkAll(chatters, 60);
    const ackedCount = () => chatters.reduce((sum, chatter) => sum + chatter.ackedCount, 0);
    expect(await waitUntil(() => ackedCount() >= ALL / 4, WAIT_MS)).toBe(true);

    await redis.kill();
    const triesInVain = () => troubles.filter((line) => /Redis at 127\.0\.0\.1:\d+ does not answer/.test(line)).length;
    expect(await waitUntil(() => triesInVain() >= 2, 2 * WAIT_MS)).toBe(true);
    const isAnybodyOpen = chatters.some(({ isOpen }) => isOpen);
    await redis.revive();
    await talking;
    const areAllBack = await waitUntil(() => chatters.every(({ isOpen }) => isOpen), WAIT_MS);
    const { verdict, complaints } = await conclude(chatters, redis.url);

    expect(isAnybodyOpen).toBe(false);
    expect(areAllBack).toBe(true);
    expect(complaints).toEqual([]);
    expect(verdict).toMatchObject(nothingWrong);
    expect(troubles.filter((line) => line.includes('ended by itself (code 1)'))).toHaveLength(2);
  });

  test('a Redis that stands still for two seconds only makes everybody wait', async () => {
    const { front } = await open();
    const chatters = await gatherPairs(front.port, { pairs: PAIRS, messages: MESSAGES });
    const talking = talkAll(chatters, 60);
    const ackedCount = () => chatters.reduce((sum, chatter) => sum + chatter.ackedCount, 0);
    expect(await waitUntil(() => ackedCount() >= ALL / 4, WAIT_MS)).toBe(true);

    const thaw = redis.freeze();
    await pause(FROZEN_MS);
    thaw();
    await talking;
    const { verdict, complaints } = await conclude(chatters, redis.url);

    expect(complaints).toEqual([]);
    expect(verdict).toMatchObject(nothingWrong);
    expect(troubles).toEqual([]);
  });

  test('F96 an answer whose server is killed in its middle ends as failed for everybody, with the beginning that was shown', async () => {
    const { servers, front } = await open();
    const [dying, staying] = servers;
    if (dying === undefined || staying === undefined) throw new Error('There are no two servers.');
    const stayingUrl = `http://127.0.0.1:${staying.port}`;
    const login = await logIn(stayingUrl, 'Ada');
    const conversationId = `assistant-${login.userId}`;
    // The first connection through the front goes to the one that dies, and with it the question.
    const asker = clientAt(stayingUrl, { login, conversationId, port: front.port });
    const reader = clientAt(stayingUrl, { login, conversationId });
    await Promise.all([asker, reader].map((client) => within(client.whenOpen(), 'both to be open')));
    const wrong = [asker, reader].map(watchStory);

    asker.send('Tell me a story');
    await untilShown(reader, ({ messages }) => (messages.at(-1)?.content.length ?? 0) > 100);
    if (dying.pid !== undefined) process.kill(dying.pid, 'SIGKILL');
    await dying.stop();
    const shownLength = reader.snapshot.messages.at(-1)?.content.length ?? 0;
    for (const client of [asker, reader]) {
      await untilShown(client, ({ messages }) => messages.at(-1)?.stream === 'failed');
    }

    const answers = [asker, reader].map(({ snapshot }) => snapshot.messages.at(-1)?.content ?? '');
    expect(wrong).toEqual([[], []]);
    expect(answers[0]).toBe(answers[1]);
    expect(STORY.startsWith(answers[0] ?? '-')).toBe(true);
    expect(answers[0]?.length).toBeGreaterThanOrEqual(shownLength);
    expect(answers[0]?.length).toBeLessThan(STORY.length);
    asker.send('Tell me a story');
    await untilShown(reader, ({ messages }) => messages.at(-1)?.content === STORY);
  });
});
