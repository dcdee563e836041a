/** Lives one plan: a time of faults, in which nothing may break, and a time without, in which all must come right. */

import { families } from '../families/families.js';
import type { Invariant } from '../invariants/invariant.js';
import { makeInvariants } from '../invariants/invariants.js';
import { deeds, isOfUser, ofDevice, type Plan, type Step } from '../plan/plan.js';
import { diceOf } from '../world/dice.js';
import { World } from '../world/world.js';
import type { Violation } from '../world/world-facts.js';
import { Coverage } from './coverage.js';
import { findUnsettled, heal } from './heal.js';
import { type Report, reportOn } from './report.js';

export interface RunOptions {
  readonly onLine?: (line: string) => void;
  readonly invariants?: readonly Invariant[];
}

export interface RunResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly tail: readonly string[];
  readonly hash: string;
  readonly simulatedMs: number;
  readonly happenings: number;
  readonly convergedMs: number | null;
  readonly report: Report;
  readonly coverage: Readonly<Record<string, number>>;
}

/**
 * 30 s for the longest pause between dials, 10 s for a dial, 35 s to find a dead connection; and on top what one
 * message may need if its first way out is a connection that dies under it: an ack's time with its probe (14 s), and
 * a join that is asked again (5 s).
 */
const NATIVE = { makeInvariants, livenessMs: 75_000 + 19_000 };
const CALM_MS = 20_000;
/** A turn of the event loop costs as much as many a happening; so the turns are few. */
const HAPPENINGS_PER_TURN = 16;

export async function runPlan(plan: Plan, options: RunOptions = {}): Promise<RunResult> {
  const { seed, setup, safetyMs } = plan;
  const family = setup.family === undefined ? NATIVE : families[setup.family.name];
  const invariants = options.invariants ?? family.makeInvariants();
  const world = new World({ seed, setup, safetyMs, invariants, onLine: options.onLine ?? null });
  const coverage = new Coverage();
  const stopWatching = watchRejections(world);
  await settle();
  for (const device of world.devices) device.start();
  for (const step of plan.steps) world.timeline.after(step.atMs, () => take(world, step, coverage));
  await run(world, safetyMs);
  const convergedMs = world.violations.length === 0 ? await converge(world, family.livenessMs) : null;
  stopWatching();
  return {
    seed,
    violations: world.violations,
    tail: world.trace.tail,
    hash: world.trace.hash,
    simulatedMs: world.timeline.elapsedMs,
    happenings: world.timeline.firedCount,
    convergedMs,
    report: reportOn(world),
    coverage: coverage.cells,
  };
}

function take(world: World, { atMs, kind, who, amount }: Step, coverage: Coverage): void {
  const device = world.devices[who % world.devices.length];
  const deed = deeds[kind];
  if (device === undefined || deed === undefined) return;
  // Nobody uses a device that stands still, and it hears nothing.
  if (device.isFrozen && ofDevice(kind)) return;
  if (device.life !== null && isOfUser(kind)) device.life.touchedAtMs = world.timeline.nowMs;
  coverage.note(kind, world, device);
  world.trace.note(`STEP ${kind} d${device.index} ${amount}`);
  deed.act({ world, device, amount, dice: diceOf(world.seed, `${kind} ${atMs} ${who}`) });
}

/** The liveness phase. Returns how long it took until all was right. */
async function converge(world: World, livenessMs: number): Promise<number | null> {
  heal(world);
  const healedMs = world.timeline.elapsedMs;
  let unsettled: string | null = 'nothing happened yet';
  while (unsettled !== null && world.timeline.elapsedMs < healedMs + livenessMs) {
    await run(world, 1_000);
    if (world.violations.length > 0) return null;
    unsettled = findUnsettled(world);
  }
  const convergedMs = world.timeline.elapsedMs - healedMs;
  if (unsettled !== null) {
    world.violate('L1', `not settled ${livenessMs} ms after the last fault: ${unsettled}`);
    return null;
  }
  await run(world, CALM_MS);
  world.lookBack();
  await retire(world);
  return convergedMs;
}

/** In the end everybody closes, and nothing may be left. */
async function retire(world: World): Promise<void> {
  for (const device of world.devices) if (device.life !== null) world.close(device.life);
  await run(world, CALM_MS);
}

/** Each thing that happens has a callback of its own, and before the next one every promise that can settle has settled. */
function run(world: World, forMs: number): Promise<void> {
  const untilMs = world.timeline.nowMs + forMs;
  return new Promise((resolve) => {
    let hasFired = false;
    let isOver = false;
    const happen = () => {
      if (isOver) return;
      if (hasFired) world.look();
      hasFired = world.violations.length === 0 && fireNext(world, untilMs);
      if (hasFired) return;
      isOver = true;
      resolve();
    };
    const turn = () => {
      happen();
      if (isOver) return;
      for (let count = 1; count < HAPPENINGS_PER_TURN; count += 1) setImmediate(happen);
      setImmediate(turn);
    };
    turn();
  });
}

/** What is thrown here came out of a client through a timer or a socket, where nobody can catch it. */
function fireNext(world: World, untilMs: number): boolean {
  try {
    return world.timeline.fireNext(untilMs);
  } catch (thrown) {
    world.violate('I6', `an error came out of a client: ${String(thrown)}`);
    return true;
  }
}

/** A turn of the event loop, before which every promise that can settle has settled. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function watchRejections(world: World): () => void {
  const listener = (reason: unknown) => world.violate('I6', `unhandled rejection: ${String(reason)}`);
  process.on('unhandledRejection', listener);
  return () => process.off('unhandledRejection', listener);
}
