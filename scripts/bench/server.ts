/** `npm run bench:server`: what the reference server holds and how fast it tells, and how fast the page shows it. */
import { loadavg } from 'node:os';
import { argumentsOrExit } from './bench-arguments.js';
import { type Bundle, bundle } from './bundle.js';
import { type Crowd, gatherCrowd, LOAD_ENTRY, SERVER_ENTRY } from './server/crowd.js';
import { assertRoomFor } from './server/open-files.js';
import { measurePage, PROBE_ENTRY } from './server/page.js';
import { reportText } from './server/print.js';
import { talkInRounds } from './server/rounds.js';
import { checksOf, isGood, memoryRows, pageRow, type ServerReport, type TalkRow, talkRow } from './server/verdict.js';

const { numbers, isJson } = argumentsOrExit('bench:server', {
  connections: { min: 100, max: 100_000, fallback: 10_000, meaning: 'at the most; a tenth of them is measured first' },
  messages: { min: 10, max: 10_000, fallback: 1_000, meaning: 'a second, each told to the others of its conversation' },
  'page-messages': { min: 1, max: 500, fallback: 50, meaning: 'a second, shown by the page' },
  rounds: { min: 1, max: 1_000, fallback: 5, meaning: 'in which the machine is quiet; three times as many are tried' },
  seconds: { min: 1, max: 600, fallback: 5, meaning: 'a round; pings of the server come every 30' },
  seed: { min: 0, max: 2 ** 31, fallback: 1, meaning: 'of who talks when' },
});

const WARM_UP_MS = 1_000;

assertRoomFor(numbers.connections);
const few = Math.ceil(numbers.connections / 10);
const loads = [loadavg()[0] ?? 0];
const report = await measureAll();
loads.push(loadavg()[0] ?? 0);

const checks = checksOf(report);
const isAllGood = checks.every(isGood);
if (isJson) {
  const setting = { bench: 'server', node: process.version, loads, ...numbers };
  console.log(JSON.stringify({ ...setting, isGood: isAllGood, checks, ...report }, null, 2));
} else {
  const setting = { loads, messagesPerSecond: numbers.messages, pageMessagesPerSecond: numbers['page-messages'] };
  console.log(reportText(report, setting));
}
process.exitCode = isAllGood ? 0 : 1;

async function measureAll(): Promise<ServerReport> {
  const built = bundle([SERVER_ENTRY, LOAD_ENTRY, PROBE_ENTRY]);
  try {
    const small = await withCrowd(built, few, async (crowd) => {
      await crowd.growTo(few);
      return measureTalk(crowd, few);
    });
    const { memory, large } = await withCrowd(built, numbers.connections, async (crowd) => {
      const states = [await crowd.serverState()];
      for (const connections of [few, numbers.connections]) {
        await crowd.growTo(connections);
        states.push(await crowd.serverState());
      }
      return { memory: memoryRows(states), large: await measureTalk(crowd, numbers.connections) };
    });
    const page = await measurePage(built, numbers.rounds, { ...times(), perSecond: numbers['page-messages'] });
    return { memory, talks: [small, large], page: pageRow(page) };
  } finally {
    built.remove();
  }
}

async function withCrowd<Result>(
  built: Bundle,
  connections: number,
  measure: (crowd: Crowd) => Promise<Result>,
): Promise<Result> {
  const crowd = await gatherCrowd(built, connections);
  try {
    return await measure(crowd);
  } finally {
    await crowd.close();
  }
}

async function measureTalk(crowd: Crowd, connections: number): Promise<TalkRow> {
  return talkRow(connections, await talkInRounds(crowd, numbers.rounds, { ...times(), perSecond: numbers.messages }));
}

function times() {
  return { warmUpMs: WARM_UP_MS, measuredMs: numbers.seconds * 1_000, seed: numbers.seed };
}
