/** What lies between cuts connections by the clock, and a browser says 1006 of all of them: only the times tell. */

import type { CloseCause } from './close-cause.js';

/** How old a connection was when it was cut, and how long nothing had come in. Milliseconds. */
export interface Cut {
  readonly ageMs: number;
  readonly quietMs: number;
}

const CUTS_TO_DIAGNOSE = 3;
/** Whoever sets a limit sets whole numbers of these. */
const LIMIT_STEP_MS = 5_000;
const LIMIT_MIN_MS = 10_000;
const TOLERANCE_MS = 1_500;

/** The last few connections that were cut, with one more; a connection that ended otherwise begins a new count. */
export function countCut(cuts: readonly Cut[], cut: Cut | null): readonly Cut[] {
  return cut === null ? [] : [...cuts, cut].slice(-CUTS_TO_DIAGNOSE);
}

/** What the times have in common. A connection that was quiet all its life is cut for that, and not for its age. */
export function diagnoseCuts(cuts: readonly Cut[]): CloseCause['diagnosis'] {
  if (cuts.length < CUTS_TO_DIAGNOSE) return null;
  const age = limitOf(cuts.map(({ ageMs }) => ageMs));
  const quiet = limitOf(cuts.map(({ quietMs }) => quietMs));
  if (age !== null && quiet !== age) return 'age-limit';
  return quiet === null ? null : 'idle-timeout';
}

function limitOf(timesMs: readonly number[]): number | null {
  const limitMs = nearestLimitMs(timesMs[0] ?? 0);
  const areNear = timesMs.every((timeMs) => Math.abs(timeMs - limitMs) <= TOLERANCE_MS);
  return areNear && limitMs >= LIMIT_MIN_MS ? limitMs : null;
}

/** The limit that a time stands for. */
export function nearestLimitMs(timeMs: number): number {
  return Math.round(timeMs / LIMIT_STEP_MS) * LIMIT_STEP_MS;
}
