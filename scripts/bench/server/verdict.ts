/** What the bench of the server demands, and what the figures say about it. */
import { median, quantile } from '../statistics.js';
import type { ServerState, TalkFigures } from './orders.js';
import type { PageRound } from './page.js';
import { isQuiet, type Round } from './quiet.js';
import type { TalkRound } from './rounds.js';

const CONNECTION_KB_MAX = 50;
const RECEIPT_P99_MAX_MS = 50;
const RENDER_P99_MAX_MS = 100;

/** In milliseconds. */
export interface Times {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

const NO_TIMES: Times = { p50: Number.NaN, p95: Number.NaN, p99: Number.NaN, max: Number.NaN };

export interface MemoryRow {
  readonly connections: number;
  /** Each of the connections, beside a server without any. */
  readonly rssKb: number;
  readonly heapKb: number;
  /** Each of those that came since the row before. */
  readonly rssKbGrowth: number;
  readonly heapKbGrowth: number;
}

/** A round, its times summed up. */
export interface TalkRoundRow extends Omit<TalkRound, 'figures'> {
  readonly receipts: Times;
  readonly acks: Times;
  readonly late: Times;
}

export interface TalkRow {
  readonly connections: number;
  readonly sent: number;
  readonly missing: number;
  readonly doubled: number;
  readonly ended: number;
  readonly rounds: readonly TalkRoundRow[];
}

export interface PageRow {
  readonly sent: number;
  readonly missing: number;
  readonly rounds: readonly PageRoundRow[];
}

export interface PageRoundRow extends Round {
  readonly fromFrame: Times;
  readonly fromServer: Times;
}

export interface Check {
  readonly name: string;
  readonly value: number;
  readonly max: number;
  readonly unit: string;
}

function timesOf(values: readonly number[]): Times {
  const [p50 = Number.NaN, p95 = Number.NaN, p99 = Number.NaN, max = Number.NaN] = [0.5, 0.95, 0.99, 1].map((share) =>
    quantile(values, share),
  );
  return { p50, p95, p99, max };
}

/** A row for each state but the first, which is that of the server without connections. */
export function memoryRows(states: readonly ServerState[]): readonly MemoryRow[] {
  const [empty] = states;
  if (empty === undefined) return [];
  return states.slice(1).map((state, index) => {
    const before = states[index] ?? empty;
    return {
      connections: state.connections,
      rssKb: kbEach(empty, state, 'rssBytes'),
      heapKb: kbEach(empty, state, 'heapBytes'),
      rssKbGrowth: kbEach(before, state, 'rssBytes'),
      heapKbGrowth: kbEach(before, state, 'heapBytes'),
    };
  });
}

export function talkRow(connections: number, rounds: readonly TalkRound[]): TalkRow {
  const all = rounds.map(({ figures }) => figures);
  const sum = (pick: (figures: TalkFigures) => number) => all.reduce((total, figures) => total + pick(figures), 0);
  return {
    connections,
    sent: sum(({ sent }) => sent),
    missing: sum(({ sent, expected, receiptsMs, acksMs }) => expected - receiptsMs.length + (sent - acksMs.length)),
    doubled: sum(({ doubled }) => doubled),
    ended: all.at(-1)?.ended ?? 0,
    rounds: rounds.map(({ figures, ...round }) => ({
      receipts: timesOf(figures.receiptsMs),
      acks: timesOf(figures.acksMs),
      late: timesOf(figures.lateMs),
      ...round,
    })),
  };
}

/** The round with the least p99; no numbers where there is no round. */
export function bestOf(rounds: readonly Times[]): Times {
  const [best = NO_TIMES] = [...rounds].sort((one, other) => one.p99 - other.p99);
  return best;
}

/** Each figure's own median over the rounds. */
export function medianOf(rounds: readonly Times[]): Times {
  const middle = (pick: (times: Times) => number) => median(rounds.map(pick));
  return {
    p50: middle(({ p50 }) => p50),
    p95: middle(({ p95 }) => p95),
    p99: middle(({ p99 }) => p99),
    max: middle(({ max }) => max),
  };
}

export function pageRow(rounds: readonly PageRound[]): PageRow {
  const sent = rounds.reduce((sum, round) => sum + round.sent, 0);
  return {
    sent,
    missing: sent - rounds.reduce((sum, { rows }) => sum + rows.length, 0),
    rounds: rounds.map(({ rows, othersShare }) => ({
      othersShare,
      fromFrame: timesOf(rows.map(({ frameMs }) => frameMs)),
      fromServer: timesOf(rows.map(({ serverMs }) => serverMs)),
    })),
  };
}

export interface ServerReport {
  readonly memory: readonly MemoryRow[];
  readonly talks: readonly TalkRow[];
  readonly page: PageRow;
}

/** What is missing is judged as well: a server that tells nobody would be the fastest. */
export function checksOf({ memory, talks, page }: ServerReport): readonly Check[] {
  const most = memory.at(-1);
  const rendered = page.rounds.filter(isQuiet).map(({ fromFrame }) => fromFrame);
  return [
    ...(most === undefined ? [] : memoryChecks(most)),
    ...talks.flatMap(talkChecks),
    { name: 'page: messages that never had a row', value: page.missing, max: 0, unit: '' },
    { name: 'page: p99 from frame to row', value: bestOf(rendered).p99, max: RENDER_P99_MAX_MS, unit: 'ms' },
  ];
}

/** A figure that is none, because nothing was measured or no round was quiet, is not good. */
export function isGood({ value, max }: Check): boolean {
  return value <= max;
}

function memoryChecks({ connections, rssKb, heapKb }: MemoryRow): readonly Check[] {
  const each = { max: CONNECTION_KB_MAX, unit: 'KB' };
  return [
    { name: `${connections} connections: resident memory of each`, value: rssKb, ...each },
    { name: `${connections} connections: heap of each`, value: heapKb, ...each },
  ];
}

function talkChecks({ connections, missing, doubled, ended, rounds }: TalkRow): readonly Check[] {
  const name = (what: string) => `${connections} connections: ${what}`;
  const best = bestOf(rounds.filter(isQuiet).map(({ receipts }) => receipts));
  return [
    { name: name('p99 from send to receipt'), value: best.p99, max: RECEIPT_P99_MAX_MS, unit: 'ms' },
    { name: name('copies and acks missing, copies doubled'), value: missing + doubled, max: 0, unit: '' },
    { name: name('connections that ended'), value: ended, max: 0, unit: '' },
  ];
}

function kbEach(before: ServerState, after: ServerState, bytes: 'rssBytes' | 'heapBytes'): number {
  return (after[bytes] - before[bytes]) / 1_000 / (after.connections - before.connections);
}
