/** Two real clients and a real server for each script, all scripts at once; the judge speaks when the server has ended. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess } from '../../examples/play/running-server.js';
import { foundConversation, logIn } from '../../examples/play/script/account.js';
import { Chatter } from '../../examples/play/script/chatter.js';
import { judge, type Verdict } from '../../examples/play/script/checker.js';
import { readLogs } from '../../examples/play/script/read-logs.js';
import { pause, waitUntil } from '../../examples/play/script/waiting.js';
import { applyRules } from './apply-rules.js';
import type { Script } from './scripts.js';

/** What one script came to. */
export interface Outcome {
  readonly verdict: Verdict;
  /** How often each rule struck. */
  readonly strikes: readonly number[];
  readonly complaints: readonly string[];
}

const MESSAGES = 24;
const SENT_APART_MS = 125;
const OPEN_DEADLINE_MS = 30_000;
const SETTLE_DEADLINE_MS = 30_000;
/** Copies that come too late would come in this time. */
const STRAGGLERS_MS = 300;

interface Played {
  readonly script: Script;
  readonly conversationId: string;
  readonly chatters: readonly Chatter[];
  readonly strikes: readonly number[];
}

/** Plays every script and resolves with the outcomes by their names. `seed` drives the dice of the clients. */
export async function playAll(scripts: readonly Script[], seed: number): Promise<ReadonlyMap<string, Outcome>> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'chatsocket-chaos-'));
  const complaints: string[] = [];
  const server = await ServerProcess.start({
    dataDirectory,
    secret: 'only for this run, on this machine',
    origins: ['http://127.0.0.1:1'],
    flags: ['--allow-missing-origin', '--retry-after-ms', '100', '--tokens-per-minute', '600'],
    onTrouble: (line) => complaints.push(line),
  });
  try {
    const played: Played[] = [];
    const calm = scripts.filter(({ restartsServer }) => restartsServer === undefined);
    const rough = scripts.filter(({ restartsServer }) => restartsServer !== undefined);
    // A restart is every connection's fault, so it waits until the others are through.
    for (const batch of [calm, rough]) {
      played.push(...(await Promise.all(batch.map((script, index) => play(server, { script, seed: seed + index })))));
    }
    await server.stop();
    const logs = await readLogs(
      dataDirectory,
      played.map(({ conversationId }) => conversationId),
    );
    return new Map(played.map((one) => [one.script.name, conclude(one, logs, complaints)]));
  } finally {
    await server.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

async function play(server: ServerProcess, { script, seed }: { script: Script; seed: number }): Promise<Played> {
  const serverUrl = `http://127.0.0.1:${server.port}`;
  const shared = { serverPort: server.port, messages: MESSAGES, seed };
  const [founder, guest] = await Promise.all([
    logIn(serverUrl, `${script.name.slice(0, 3)} founder`),
    logIn(serverUrl, `${script.name.slice(0, 3)} guest`),
  ]);
  const conversationId = await foundConversation(serverUrl, founder, [guest.userId]);
  const troubled = await Chatter.start({ ...shared, name: 'troubled', account: founder, conversationId });
  const sound = await Chatter.start({ ...shared, name: 'sound', account: guest, conversationId });
  const applied = applyRules(troubled.road, script.rules);
  const chatters = [troubled, sound];
  try {
    await Promise.all(chatters.map((chatter) => chatter.open(AbortSignal.timeout(OPEN_DEADLINE_MS))));
    const talking = Promise.all(chatters.map(talk));
    if (script.restartsServer) await pause(SENT_APART_MS * 6).then(() => server.restart());
    await talking;
    // Every rule gets its connections before the network is sound again.
    await waitUntil(() => applied.strikes.every((strikes) => strikes > 0), SETTLE_DEADLINE_MS);
    applied.stop();
    await waitUntil(() => chatters.every(isComplete), SETTLE_DEADLINE_MS);
    await pause(STRAGGLERS_MS);
  } finally {
    applied.stop();
    await Promise.all(chatters.map((chatter) => chatter.close()));
  }
  return { script, conversationId, chatters, strikes: applied.strikes };
}

async function talk(chatter: Chatter): Promise<void> {
  while (chatter.unsent > 0) {
    chatter.send();
    await pause(SENT_APART_MS);
  }
}

function isComplete(chatter: Chatter): boolean {
  return chatter.ackedCount === MESSAGES && chatter.receivedCount >= MESSAGES;
}

function conclude(
  { conversationId, chatters, strikes }: Played,
  logs: Awaited<ReturnType<typeof readLogs>>,
  complaints: readonly string[],
): Outcome {
  const verdict = judge({
    attempts: chatters.flatMap(({ attempts }) => attempts),
    logs: new Map([[conversationId, logs.get(conversationId) ?? []]]),
    views: chatters.map(({ view }) => view),
  });
  return { verdict, strikes, complaints: [...complaints, ...chatters.flatMap((chatter) => chatter.complaints)] };
}
