/** What the measuring program hands back to its parent. */
import type { Cost } from './rounds.js';
import type { Profile } from './stages.js';

/** The side that is judged, and the two that tell how much of its cost is the client's own. */
export const OUR_SIDE = 'chatsocket, one listener';
export const PROMISE_SIDE = 'raw ws, with an id and a promise a message';
export const BATCH_SIDE = 'the same in batches, with no client';

export interface Row {
  readonly side: string;
  /** Medians over the rounds. */
  readonly cost: Cost;
  /** The median of each round's ratio to the raw side of the same round. */
  readonly cpuRatio: number;
  readonly wallRatio: number;
}

export interface Comparison {
  readonly title: string;
  /** The first is the raw side. */
  readonly rows: readonly Row[];
}

export interface HotReport {
  readonly inbound: Comparison;
  readonly inboundSingle: Comparison;
  readonly outbound: Comparison;
  readonly outboundCopied: Comparison;
  readonly pure: Comparison;
  readonly inboundProfile: Profile;
  readonly outboundProfile: Profile;
}
