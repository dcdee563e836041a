/** What the herd bench demands of chatsocket, outage by outage. Shares are of the clients. */
import type { CrowdFigures } from './crowd.js';
import {
  LATE_RESTART,
  LONE_LOSS,
  NETWORK_10_S,
  NETWORK_60_S,
  NETWORK_AS_ONE,
  OUTAGE_10_S,
  OUTAGE_60_S,
  type Outage,
  RESTART_BY_CODE,
  RESTART_BY_HINT,
  ROLLING_RESTART,
  WAKING,
} from './outage.js';

export interface Goals {
  readonly worstAllMax?: number;
  readonly worstTakenMax?: number;
  readonly recoveryMedianMaxMs?: number;
}

export const DIALS_PER_MINUTE_MAX = 12;

const SUDDEN: Goals = { worstAllMax: 0.12, worstTakenMax: 0.05 };
const ANNOUNCED: Goals = { worstAllMax: 0.025, worstTakenMax: 0.025 };

export const PLAN: readonly { readonly outage: Outage; readonly goals: Goals }[] = [
  { outage: LONE_LOSS, goals: { worstAllMax: 0.12, recoveryMedianMaxMs: 600 } },
  { outage: OUTAGE_10_S, goals: SUDDEN },
  { outage: OUTAGE_60_S, goals: SUDDEN },
  { outage: RESTART_BY_CODE, goals: ANNOUNCED },
  { outage: RESTART_BY_HINT, goals: ANNOUNCED },
  { outage: ROLLING_RESTART, goals: ANNOUNCED },
  { outage: LATE_RESTART, goals: SUDDEN },
  { outage: NETWORK_10_S, goals: SUDDEN },
  { outage: NETWORK_60_S, goals: SUDDEN },
  { outage: WAKING, goals: SUDDEN },
  // Two seconds cannot hold everybody at a twentieth in each tenth of one; no goal, but in plain sight.
  { outage: NETWORK_AS_ONE, goals: { worstAllMax: 0.12 } },
];

/** What was missed, in words; nothing where all is well. */
export function missesOf(figures: CrowdFigures, goals: Goals): readonly string[] {
  const { worstAllMax = Infinity, worstTakenMax = Infinity, recoveryMedianMaxMs = Infinity } = goals;
  const misses: string[] = [];
  if (figures.worstAll > worstAllMax) misses.push(`all dials: ${percent(figures.worstAll)} of ${percent(worstAllMax)}`);
  if (figures.worstTaken > worstTakenMax)
    misses.push(`dials that were taken: ${percent(figures.worstTaken)} of ${percent(worstTakenMax)}`);
  if (figures.recoveryMedianMs > recoveryMedianMaxMs)
    misses.push(`median recovery: ${Math.round(figures.recoveryMedianMs)} ms of ${recoveryMedianMaxMs} ms`);
  if (figures.dialsPerMinute > DIALS_PER_MINUTE_MAX)
    misses.push(`dials of a client in a minute: ${figures.dialsPerMinute} of ${DIALS_PER_MINUTE_MAX}`);
  return misses;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
