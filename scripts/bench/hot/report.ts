/** What the measuring program hands back to its parent. */
import type { Cost } from './rounds.js';
import type { Profile } from './stages.js';

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
