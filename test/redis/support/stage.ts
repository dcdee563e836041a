/** Two servers as processes of their own on one Redis, and real clients spread over both. */

import { randomUUID } from 'node:crypto';
import { ServerProcess } from '../../../examples/play/running-server.js';
import { foundConversation, logIn } from '../../../examples/play/script/account.js';
import { Chatter } from '../../../examples/play/script/chatter.js';
import { judge, type Verdict } from '../../../examples/play/script/checker.js';
import { logsIn } from '../../../examples/play/script/read-logs.js';
import { pause, waitUntil } from '../../../examples/play/script/waiting.js';
import { redisLogStore } from '../../../examples/server/store/redis-log-store.js';

const SETTLE_DEADLINE_MS = 30_000;
const OPEN_DEADLINE_MS = 20_000;
/** Copies that come too late would come in this time. */
const STRAGGLERS_MS = 300;

export interface ServerPairOptions {
  readonly redisUrl: string;
  readonly graceMs?: number;
  readonly onTrouble: (line: string) => void;
}

export function startPair({ redisUrl, graceMs = 0, onTrouble }: ServerPairOptions): Promise<readonly ServerProcess[]> {
  const start = () =>
    ServerProcess.start({
      dataDirectory: null,
      secret: 'only for this run, on this machine',
      origins: ['http://127.0.0.1:1'],
      graceMs,
      flags: ['--allow-missing-origin', '--redis', redisUrl, '--retry-after-ms', '100', '--tokens-per-minute', '600'],
      onTrouble,
    });
  return Promise.all([start(), start()]);
}

/** Two clients in each conversation, of which a load balancer puts one here and one there. */
export async function gatherPairs(
  port: number,
  options: { pairs: number; messages: number },
): Promise<readonly Chatter[]> {
  const serverUrl = `http://127.0.0.1:${port}`;
  const chatters: Chatter[] = [];
  for (let pair = 1; pair <= options.pairs; pair += 1) {
    const [founder, guest] = [await logIn(serverUrl, `founder ${pair}`), await logIn(serverUrl, `guest ${pair}`)];
    const conversationId = await foundConversation(serverUrl, founder, [guest.userId]);
    for (const [index, account] of [founder, guest].entries()) {
      const name = `${index === 0 ? 'founder' : 'guest'} ${pair}`;
      const seed = 2 * pair + index;
      chatters.push(
        await Chatter.start({ name, account, conversationId, serverPort: port, messages: options.messages, seed }),
      );
    }
  }
  await Promise.all(chatters.map((chatter) => chatter.open(AbortSignal.timeout(OPEN_DEADLINE_MS))));
  return chatters;
}

export async function talkAll(chatters: readonly Chatter[], apartMs: number): Promise<void> {
  await Promise.all(
    chatters.map(async (chatter) => {
      while (chatter.unsent > 0) {
        chatter.send();
        await pause(apartMs);
      }
    }),
  );
}

export interface Outcome {
  readonly verdict: Verdict;
  readonly complaints: readonly string[];
}

/** Waits for what is on its way, and compares what everybody saw with what Redis holds. */
export async function conclude(chatters: readonly Chatter[], redisUrl: string): Promise<Outcome> {
  const isComplete = (chatter: Chatter) =>
    chatter.unsent === 0 &&
    chatter.ackedCount === chatter.attempts.length &&
    chatter.receivedCount >= chatter.ackedCount;
  await waitUntil(() => chatters.every(isComplete), SETTLE_DEADLINE_MS);
  await pause(STRAGGLERS_MS);
  await Promise.all(chatters.map((chatter) => chatter.close()));
  const store = await redisLogStore({ url: redisUrl, serverId: randomUUID() });
  try {
    const logs = await logsIn(store, [...new Set(chatters.map(({ conversationId }) => conversationId))]);
    const verdict = judge({
      attempts: chatters.flatMap(({ attempts }) => attempts),
      logs,
      views: chatters.map(({ view }) => view),
    });
    return { verdict, complaints: chatters.flatMap(({ complaints }) => complaints) };
  } finally {
    await store.close();
  }
}
