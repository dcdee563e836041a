import { deedsOfFamilies } from '../families/deeds.js';
import type { Deeds } from '../faults/deed.js';
import { deviceFaults } from '../faults/device-faults.js';
import { handoverFaults } from '../faults/handover-faults.js';
import { networkFaults } from '../faults/network-faults.js';
import { serverFaults } from '../faults/server-faults.js';
import { userDeeds } from '../workload/user-deeds.js';
import type { WorldSetup } from '../world/world.js';

/** Everything about a run that is not latency or dice: it can be written down, replayed and made smaller. */
export interface Plan {
  readonly seed: number;
  readonly setup: WorldSetup;
  readonly safetyMs: number;
  /** By time. */
  readonly steps: readonly Step[];
}

export interface Step {
  readonly atMs: number;
  readonly kind: string;
  /** Whose device. */
  readonly who: number;
  readonly amount: number;
}

/** Those that strike at any time. */
export const anyTimeFaults: Deeds = { ...networkFaults, ...deviceFaults, ...serverFaults };
export const faults: Deeds = { ...anyTimeFaults, ...handoverFaults };

export function isOfUser(kind: string): boolean {
  return kind in userDeeds;
}

/** True for what only happens on a device whose process runs. */
export function ofDevice(kind: string): boolean {
  return kind in userDeeds || kind in deviceFaults || kind === 'link-down' || kind === 'network-change';
}

export const deeds: Deeds = { ...userDeeds, ...faults, ...deedsOfFamilies };
