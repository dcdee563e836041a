/** Many clients through one outage, and what the server saw of them. */
import { mostWithin } from '../../../test/support/connection-world.js';
import type { Comeback } from './comeback.js';

const BUCKET_MS = 100;

/** Clients whose seeds are far apart share no dice. */
const SEEDS_APART = 2_654_435_761;

export interface Crowd {
  readonly clients: number;
  readonly seed: number;
}

export interface CrowdFigures {
  /** Of all dials: those of the fullest 100 ms, as a share of the clients. */
  readonly worstAll: number;
  /** The same of the dials that were taken. */
  readonly worstTaken: number;
  readonly attemptsMean: number;
  readonly attemptsMax: number;
  /** The most dials of one client in any minute. */
  readonly dialsPerMinute: number;
  readonly recoveryMedianMs: number;
  readonly recovery95Ms: number;
  readonly recoveryMaxMs: number;
}

export function crowdFigures({ clients, seed }: Crowd, live: (seed: number) => Comeback): CrowdFigures {
  const comebacks = Array.from({ length: clients }, (_, client) => live(seed + client * SEEDS_APART));
  const attempts = comebacks.map(({ dialsAtMs }) => dialsAtMs.length);
  const recoveriesMs = comebacks.map(({ recoveryMs }) => recoveryMs).sort((one, other) => one - other);
  return {
    worstAll: fullest(comebacks.flatMap(({ dialsAtMs }) => dialsAtMs)) / clients,
    worstTaken: fullest(comebacks.flatMap(({ takenAtMs }) => takenAtMs ?? [])) / clients,
    attemptsMean: attempts.reduce((sum, count) => sum + count, 0) / clients,
    attemptsMax: most(attempts),
    dialsPerMinute: most(comebacks.map(({ dialsAtMs }) => mostWithin(dialsAtMs, 60_000))),
    recoveryMedianMs: at(recoveriesMs, 0.5),
    recovery95Ms: at(recoveriesMs, 0.95),
    recoveryMaxMs: at(recoveriesMs, 1),
  };
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}

/** How many of these moments fall into the fullest bucket. */
function fullest(momentsMs: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const atMs of momentsMs) {
    const bucket = Math.floor(atMs / BUCKET_MS);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  return most([...counts.values()]);
}

/** There may be too many to spread into a call. */
function most(counts: readonly number[]): number {
  return counts.reduce((largest, count) => Math.max(largest, count), 0);
}
