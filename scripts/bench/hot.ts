/** `npm run bench:hot`: what a message costs through the client, beside a raw socket of `ws` in the same run. */
import { argumentsOrExit } from './bench-arguments.js';
import { BATCH_SIDE, type Comparison, type HotReport, OUR_SIDE, PROMISE_SIDE, type Row } from './hot/report.js';
import type { Profile, Stage } from './hot/stages.js';
import { reportOf } from './measured-program.js';
import { textTable } from './text-table.js';

const INBOUND_RATIO_MAX = 1.5;
const OUTBOUND_RATIO_MAX = 1.1;

const { numbers, isJson } = argumentsOrExit('bench:hot', {
  messages: { min: 100, max: 200_000, fallback: 10_000, meaning: 'in a round of one side' },
  rounds: { min: 1, max: 1_000, fallback: 15, meaning: 'measured, after three to warm up' },
});

const measureEntry = new URL('./hot/measure-program.ts', import.meta.url);
const serverEntry = new URL('./hot/server-program.ts', import.meta.url);

// The program sends one thing only.
const report = (await reportOf({
  entries: [measureEntry, serverEntry],
  args: (built) => [built.file(serverEntry), String(numbers.rounds), String(numbers.messages)],
})) as HotReport;

const inbound = ratioOf(report.inbound);
const outbound = ratioOf(report.outbound);
const isGood = inbound <= INBOUND_RATIO_MAX && outbound <= OUTBOUND_RATIO_MAX;
const limits = { inbound: INBOUND_RATIO_MAX, outbound: OUTBOUND_RATIO_MAX };
if (isJson)
  console.log(JSON.stringify({ bench: 'hot', node: process.version, ...numbers, limits, isGood, ...report }, null, 2));
else print();
process.exitCode = isGood ? 0 : 1;

/** Of the client with one listener to the raw socket. */
function ratioOf(comparison: Comparison): number {
  return rowOf(comparison, OUR_SIDE)?.cpuRatio ?? Number.NaN;
}

function rowOf({ rows }: Comparison, name: string): Row | undefined {
  return rows.find(({ side }) => side === name);
}

/** How much of it is the client's own: beside raw sockets that know what became of each message. Not judged. */
function besideOthers(outbound: Comparison): string {
  const share = (name: string) => (ratioOf(outbound) / (rowOf(outbound, name)?.cpuRatio ?? Number.NaN)).toFixed(2);
  const costOf = (name: string) => rowOf(outbound, name)?.cost.cpu ?? Number.NaN;
  const own = costOf(OUR_SIDE) - costOf(BATCH_SIDE);
  return [
    `        outbound: ${share(PROMISE_SIDE)} × ${PROMISE_SIDE}; ${share(BATCH_SIDE)} × ${BATCH_SIDE}`,
    `        outbound: ${own.toFixed(2)} µs a message are the client's own, beyond ids, promises, JSON and the socket`,
  ].join('\n');
}

function print(): void {
  const { inbound, inboundSingle, outbound, outboundCopied, pure, inboundProfile, outboundProfile } = report;
  console.log(
    [
      `Processor time of the measuring program for one message: medians of ${numbers.rounds} rounds of ${numbers.messages} messages,`,
      `all sides in turns in one program, Node ${process.version}; the server is a program of its own. The ratio is to the first row,`,
      'round by round; the second row is the same again, and tells what the machine itself adds. Raw is ws with JSON.parse',
      'and JSON.stringify; the client has its defaults, but no limit on the rate of sending.',
      ...[inbound, inboundSingle, outbound, outboundCopied, pure].map(tableOf),
      profileTable('inbound', inboundProfile),
      profileTable('outbound', outboundProfile),
      '',
      verdict('inbound', ratioOf(inbound), INBOUND_RATIO_MAX),
      verdict('outbound', ratioOf(outbound), OUTBOUND_RATIO_MAX),
      besideOthers(outbound),
    ].join('\n'),
  );
}

function tableOf({ title, rows }: Comparison): string {
  const body = rows.map(({ side, cost, cpuRatio, wallRatio }) => [
    side,
    cost.cpu.toFixed(2),
    cpuRatio.toFixed(2),
    cost.wall.toFixed(2),
    wallRatio.toFixed(2),
  ]);
  return `\n${title}\n${textTable([['side', 'cpu µs', '× raw', 'clock µs', '× raw'], ...body])}`;
}

function profileTable(direction: string, { stages, functions }: Profile): string {
  const total = stages.reduce((sum, { cost }) => sum + cost, 0);
  const rowOf = ({ name, cost }: Stage) => [name, cost.toFixed(0), `${((100 * cost) / total).toFixed(0)} %`];
  const table = (head: string, rows: readonly Stage[]) => textTable([[head, 'ns', 'share'], ...rows.map(rowOf)]);
  return `\n${direction}: where the time goes, without a network (sampled)\n${table('part', stages)}\n\n${table('function, its own time', functions)}`;
}

function verdict(name: string, ratio: number, max: number): string {
  return `${ratio <= max ? 'good  ' : 'FAILED'}  ${name}: ${ratio.toFixed(2)} × raw, at most ${max}`;
}
