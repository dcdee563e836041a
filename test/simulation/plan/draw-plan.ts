/** Draws a whole run from a seed: which faults are on in it, how often they strike, and what the users do meanwhile. */

import type { userDeeds } from '../workload/user-deeds.js';
import { type Dice, diceOf } from '../world/dice.js';
import { drawHandovers } from './draw-handovers.js';
import { drawSetup } from './draw-setup.js';
import { drawStep as step } from './draw-step.js';
import { anyTimeFaults, type Plan, type Step } from './plan.js';

const SAFETY_MS = 960_000;
/** How often users do each thing, against each other. */
const HABITS: Readonly<Record<keyof typeof userDeeds, number>> = {
  send: 30,
  burst: 5,
  // Only where nobody hears it.
  paste: 0,
  ask: 6,
  'send-with-metadata': 4,
  'send-long': 1,
  'send-poison': 1,
  cancel: 3,
  edit: 3,
  'clear-outbox': 1,
  'send-short-lived': 3,
  retry: 2,
  connect: 6,
  close: 3,
  'drain-and-close': 2,
  reconnect: 2,
  logout: 1,
  dispose: 1,
  crash: 2,
  type: 4,
  read: 5,
  older: 3,
  'stop-answer': 1,
  leave: 1,
};

const HABITUAL = Object.entries(HABITS).flatMap(([kind, weight]) => Array.from({ length: weight }, () => kind));
/** After these a user comes back, most of the time. */
const ENDS = new Set(['close', 'drain-and-close', 'logout']);
const AWAY_MAX_MS = 40_000;

const FAULTS = Object.keys(anyTimeFaults);
const PAIRS = 5;
const SLOW_MS = 8_000;
/** What a user does, what makes its state last, and about how long it does. */
const SHORT_STATES = [
  { slow: 'latency-spike', change: 'close', withinMs: 600 },
  { slow: 'latency-spike', change: 'reconnect', withinMs: 9_000 },
  { slow: 'latency-spike', change: 'reconnect', withinMs: 9_000 },
  { slow: 'token-slow', change: 'reconnect', withinMs: 6_000 },
  { slow: 'stall-up', change: 'close', withinMs: 600 },
  { slow: 'refuse', change: 'reconnect', withinMs: 8_000 },
] as const;

export function drawPlan(seed: number): Plan {
  const setup = drawSetup(diceOf(seed, 'setup'), { batch: diceOf(seed, 'batch'), renewals: diceOf(seed, 'renewals') });
  const dice = diceOf(seed, 'plan');
  const who = () => dice.whole(0, setup.devices.length - 1);
  const steps = [
    ...setup.devices.map((_, index): Step => ({ atMs: dice.whole(0, 3_000), kind: 'connect', who: index, amount: 0 })),
    ...drawWorkload(dice, who),
    ...drawFaults(dice, who),
    ...drawPairs(dice, who),
    ...drawUnheard(dice, who),
    ...drawTail(dice, who),
    ...drawNap(dice, who),
    ...drawHandovers(diceOf(seed, 'handovers'), { devices: setup.devices.length, safetyMs: SAFETY_MS }),
  ];
  return { seed, setup, safetyMs: SAFETY_MS, steps: steps.sort((one, other) => one.atMs - other.atMs) };
}

function drawWorkload(dice: Dice, who: () => number): readonly Step[] {
  const count = dice.whole(20, 70);
  return Array.from({ length: count }, () => {
    const kind = dice.pick(HABITUAL);
    const done = step(dice, kind, { who: who(), atMs: dice.whole(0, SAFETY_MS) });
    if (!ENDS.has(kind) || dice.chance(0.2)) return [done];
    return [done, step(dice, 'connect', { who: done.who, atMs: done.atMs + dice.whole(100, AWAY_MAX_MS) })];
  }).flat();
}

/** Swarm: most faults are off in a run, and those that are on strike rarely or in showers. */
function drawFaults(dice: Dice, who: () => number): readonly Step[] {
  const share = dice.pick([0.05, 0.15, 0.3, 0.5]);
  return Object.keys(anyTimeFaults)
    .filter(() => dice.chance(share))
    .flatMap((kind) => {
      const count = dice.pick([1, 1, 2, 3, 6]);
      const from = dice.whole(0, SAFETY_MS);
      const spread = dice.pick([2_000, SAFETY_MS, SAFETY_MS]);
      return Array.from({ length: count }, () =>
        step(dice, kind, {
          who: who(),
          atMs: Math.min(SAFETY_MS, from * (spread === SAFETY_MS ? 0 : 1) + dice.whole(0, spread)),
        }),
      );
    });
}

/** A fault in one of the short states, which chance alone would seldom hit: something makes the state last meanwhile. */
function drawPairs(dice: Dice, who: () => number): readonly Step[] {
  return Array.from({ length: PAIRS }, () => {
    const { slow, change, withinMs } = dice.pick(SHORT_STATES);
    const atMs = dice.whole(5_000, SAFETY_MS - 20_000);
    const device = who();
    return [
      { ...step(dice, slow, { who: device, atMs: atMs - 1 }), amount: SLOW_MS },
      // From an open connection another one would take over, and those states are its own.
      ...(change === 'reconnect' ? [step(dice, 'close', { who: device, atMs: atMs - 1 })] : []),
      step(dice, change, { who: device, atMs }),
      step(dice, dice.pick(FAULTS), { who: device, atMs: atMs + dice.whole(1, withinMs) }),
      step(dice, 'connect', { who: device, atMs: atMs + SLOW_MS }),
    ];
  }).flat();
}

const MUTES = ['half-open-up', 'half-open', 'half-open-down', 'stall-up', 'stall-down'];
const WORDS = ['send', 'burst', 'burst', 'send-short-lived', 'paste', 'read'];
const TURNS = ['crash', 'crash', 'dispose', 'reset', 'freeze', 'edit', 'cancel', 'crash-dedup-lost'];

/** Words that reach nobody, or that nobody is heard to answer, and what becomes of them before that is found out. */
function drawUnheard(dice: Dice, who: () => number): readonly Step[] {
  return Array.from({ length: 2 }, () => {
    const atMs = dice.whole(5_000, SAFETY_MS - 10_000);
    const device = who();
    return [
      step(dice, dice.pick(MUTES), { who: device, atMs }),
      step(dice, dice.pick(WORDS), { who: device, atMs: atMs + dice.whole(1, 1_000) }),
      step(dice, dice.pick(TURNS), { who: device, atMs: atMs + dice.whole(1_500, 4_000) }),
    ];
  }).flat();
}

/** The last thing that is said gets lost, and nothing comes after it that would show that. */
function drawTail(dice: Dice, who: () => number): readonly Step[] {
  const atMs = SAFETY_MS - dice.whole(4_000, 8_000);
  const kind = dice.pick(['drop-broadcast', 'drop-ack', 'drop-chunk', 'reorder-broadcast']);
  return [
    step(dice, kind, { who: who(), atMs }),
    step(dice, dice.pick(['send', 'send', 'ask']), { who: who(), atMs: atMs + 2_000 }),
  ];
}

/** A device that falls asleep in the middle of its words, and wakes to answers that are late. */
function drawNap(dice: Dice, drawWho: () => number): readonly Step[] {
  const atMs = dice.whole(5_000, SAFETY_MS / 2);
  const who = drawWho();
  return [step(dice, 'burst', { who, atMs }), step(dice, 'freeze', { who, atMs: atMs + dice.whole(20, 400) })];
}
