/** Makes a plan that breaks something as small as it can be while it still breaks the same thing. */

import type { DeviceSetup } from '../device/device.js';
import type { Invariant } from '../invariants/invariant.js';
import type { Plan, Step } from '../plan/plan.js';
import type { ServerSetup } from '../server/server-setup.js';
import { runPlan } from './run-plan.js';

export interface ShrinkOptions {
  /** The invariant that must still be broken. */
  readonly id: string;
  readonly runsMax?: number;
  /** What is looked at; default everything that there is for such a plan. Made anew for every run. */
  readonly invariants?: () => readonly Invariant[];
}

const RUNS_MAX = 600;

export async function shrink(plan: Plan, { id, runsMax = RUNS_MAX, invariants }: ShrinkOptions): Promise<Plan> {
  let runs = 0;
  let best = plan;
  const tryOut = async (candidate: Plan) => {
    if (runs >= runsMax) return false;
    runs += 1;
    const { violations } = await runPlan(candidate, invariants === undefined ? {} : { invariants: invariants() });
    if (violations[0]?.id !== id) return false;
    best = candidate;
    return true;
  };
  await dropSteps(() => best, tryOut);
  await calmSetup(() => best, tryOut);
  await dropSteps(() => best, tryOut);
  await roundSteps(() => best, tryOut);
  return best;
}

type TryOut = (candidate: Plan) => Promise<boolean>;

/** Delta debugging: halves first, then smaller and smaller pieces. */
async function dropSteps(best: () => Plan, tryOut: TryOut): Promise<void> {
  for (let size = Math.ceil(best().steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best().steps.length; ) {
      const steps = best().steps.filter((_, index) => index < at || index >= at + size);
      if (!(await tryOut({ ...best(), steps }))) at += size;
    }
  }
}

const CALM_OPTIONS: DeviceSetup['options'] = {};
const CALM_SERVER: Pick<ServerSetup, 'limits' | 'storeMs' | 'clockOffsetMs'> = {
  limits: {},
  storeMs: 0,
  clockOffsetMs: 0,
};

/** Drops what is special about the devices and the server, one thing after another. */
async function calmSetup(best: () => Plan, tryOut: TryOut): Promise<void> {
  const withSetup = (setup: Partial<Plan['setup']>): Plan => ({ ...best(), setup: { ...best().setup, ...setup } });
  await tryOut(withSetup({ server: { ...best().setup.server, ...CALM_SERVER } }));
  for (const index of best().setup.devices.keys()) {
    const change = (changed: Partial<DeviceSetup>) =>
      withSetup({
        devices: best().setup.devices.map((device, at) => (at === index ? { ...device, ...changed } : device)),
      });
    if (!(await tryOut(change({ options: CALM_OPTIONS })))) await calmGroups(best, tryOut, index);
    await tryOut(change({ link: { latencyMs: 20, jitterMs: 0 } }));
  }
}

async function calmGroups(best: () => Plan, tryOut: TryOut, index: number): Promise<void> {
  for (const group of ['reconnect', 'heartbeat', 'timeouts', 'outbox', 'inbox'] as const) {
    const { setup } = best();
    const devices = setup.devices.map((device, at) => {
      const { [group]: _dropped, ...options } = device.options;
      return at === index ? { ...device, options } : device;
    });
    await tryOut({ ...best(), setup: { ...setup, devices } });
  }
}

/** Small numbers read better, and an early end runs faster. */
async function roundSteps(best: () => Plan, tryOut: TryOut): Promise<void> {
  for (const index of best().steps.keys()) {
    const change = (changed: Partial<Step>): Plan => ({
      ...best(),
      steps: best().steps.map((step, at) => (at === index ? { ...step, ...changed } : step)),
    });
    const step = best().steps[index];
    if (step !== undefined && step.amount > 1) await tryOut(change({ amount: Math.round(step.amount / 2) }));
    if (step !== undefined) await tryOut(change({ atMs: Math.round(step.atMs / 1_000) * 1_000 }));
  }
  const lastMs = best().steps.at(-1)?.atMs ?? 0;
  await tryOut({ ...best(), safetyMs: Math.min(best().safetyMs, lastMs + 1_000) });
}
