/** The report of the bench of the server, for a terminal. */
import { median } from '../statistics.js';
import { textTable } from '../text-table.js';
import { MEMBERS } from './orders.js';
import { isQuiet } from './quiet.js';
import {
  bestOf,
  type Check,
  checksOf,
  isGood,
  type MemoryRow,
  medianOf,
  type PageRow,
  type ServerReport,
  type TalkRow,
  type Times,
} from './verdict.js';

export interface Setting {
  /** Of the machine over a minute, before and after. */
  readonly loads: readonly number[];
  readonly messagesPerSecond: number;
  readonly pageMessagesPerSecond: number;
}

type TimesLine = readonly [string, Times];

export function reportText(report: ServerReport, setting: Setting): string {
  const { memory, talks, page } = report;
  return [
    `The reference server on LevelDB, Node ${process.version}; its clients are bare sockets of ws in two other programs.`,
    `Load of the machine over a minute: ${setting.loads.map((load) => load.toFixed(1)).join(' before and ')} after.`,
    '',
    'idle connections, each of another user who joined a conversation; after a collection, KB each',
    memoryTable(memory),
    '',
    `${setting.messagesPerSecond} messages a second in conversations of ${MEMBERS}; milliseconds`,
    timesTable(talks.flatMap(talkLines)),
    '',
    ...talks.map(talkSummary),
    '',
    `the page in Chromium, ${setting.pageMessagesPerSecond} messages a second in one conversation (${page.sent}); milliseconds`,
    timesTable(pageLines(page)),
    '',
    ...checksOf(report).map(verdict),
  ].join('\n');
}

function memoryTable(rows: readonly MemoryRow[]): string {
  const head = ['connections', 'resident', 'heap', 'resident, of the newest', 'heap, of the newest'];
  const body = rows.map(({ connections, rssKb, heapKb, rssKbGrowth, heapKbGrowth }) => [
    String(connections),
    ...[rssKb, heapKb, rssKbGrowth, heapKbGrowth].map((kb) => kb.toFixed(1)),
  ]);
  return textTable([head, ...body]);
}

function talkLines({ connections, rounds }: TalkRow): readonly TimesLine[] {
  const quiet = rounds.filter(isQuiet);
  const receipts = quiet.map((round) => round.receipts);
  const line = (what: string, times: Times): TimesLine => [`${connections} connections: ${what}`, times];
  return [
    line('send to receipt, best quiet round', bestOf(receipts)),
    line(`send to receipt, median of ${quiet.length} quiet rounds`, medianOf(receipts)),
    line(`send to receipt, median of all ${rounds.length}`, medianOf(rounds.map((round) => round.receipts))),
    line('send to ack, median of all', medianOf(rounds.map(({ acks }) => acks))),
    line('send behind its plan, median of all', medianOf(rounds.map(({ late }) => late))),
  ];
}

function pageLines({ rounds }: PageRow): readonly TimesLine[] {
  const quiet = rounds.filter(isQuiet).map(({ fromFrame }) => fromFrame);
  return [
    ['from frame to row, best quiet round', bestOf(quiet)],
    [`from frame to row, median of ${quiet.length} quiet rounds`, medianOf(quiet)],
    [`from frame to row, median of all ${rounds.length}`, medianOf(rounds.map(({ fromFrame }) => fromFrame))],
    ["from the server's clock to row, median of all", medianOf(rounds.map(({ fromServer }) => fromServer))],
  ];
}

function timesTable(rows: readonly TimesLine[]): string {
  const body = rows.map(([name, { p50, p95, p99, max }]) => [name, ...[p50, p95, p99, max].map(msText)]);
  return textTable([['', 'p50', 'p95', 'p99', 'max'], ...body]);
}

/** A dash where nothing was measured, or no round was quiet. */
function msText(ms: number): string {
  return Number.isNaN(ms) ? '–' : ms.toFixed(1);
}

function talkSummary({ connections, sent, rounds }: TalkRow): string {
  const middle = (pick: (round: TalkRow['rounds'][number]) => number) => median(rounds.map(pick));
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  const used = [
    `the server used ${percent(middle(({ serverShare }) => serverShare))} of one processor`,
    `the clients ${percent(middle(({ clientsShare }) => clientsShare))}`,
    `other programs ${percent(middle(({ othersShare }) => othersShare))}`,
  ];
  const lag = `p99 of the server's lateness ${middle(({ serverLagP99Ms }) => serverLagP99Ms).toFixed(1)} ms`;
  return `${connections} connections: ${sent} messages sent; ${used.join(', ')}; ${lag} (medians)`;
}

function verdict(check: Check): string {
  const { name, value, max, unit } = check;
  const figure = Number.isNaN(value) ? 'nothing to judge by' : `${value.toFixed(unit === '' ? 0 : 1)} ${unit}`.trim();
  return `${isGood(check) ? 'good  ' : 'FAILED'}  ${name}: ${figure}, at most ${max} ${unit}`.trim();
}
