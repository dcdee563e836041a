/** Draws what leads to handovers, and what strikes in the middle of them. */

import type { Dice } from '../world/dice.js';
import { drawStep } from './draw-step.js';
import { faults, type Step } from './plan.js';

const HANDOVERS = 6;
/** What leads to one; a token that is over soon does so only where it cannot be renewed in band. */
const CAUSES = ['reconnect', 'reconnect', 'announce-restart', 'expiring-soon'];
/** What makes it last. */
const BRAKES = [
  'latency-spike',
  'token-slow',
  'slow-store',
  'slow-store',
  'stall-up',
  'unanswered',
  'no-hello',
  'refuse',
];
const BRAKE_MS = 6_000;
/** What users do meanwhile. */
const WORDS = ['send', 'burst', 'ask', 'read', 'older', 'type', 'stop-answer', 'edit', 'cancel'];
const TURNS = [
  'close',
  'reconnect',
  'reconnect',
  'dispose',
  'crash',
  'logout',
  'drain-and-close',
  'leave-page',
  'freeze',
];
const FAULTS = Object.keys(faults);
const BESIDE = FAULTS.filter((kind) => kind.startsWith('newer-') || kind.startsWith('older-'));

export function drawHandovers(
  dice: Dice,
  { devices, safetyMs }: { readonly devices: number; readonly safetyMs: number },
): readonly Step[] {
  return Array.from({ length: HANDOVERS }, () => {
    const who = dice.whole(0, devices - 1);
    const atMs = dice.whole(5_000, safetyMs - 30_000);
    const at = (withinMs: number) => ({ who, atMs: atMs + dice.whole(1, withinMs) });
    const brake = drawStep(dice, dice.pick(BRAKES), { who, atMs: atMs - 1 });
    return [
      ...(dice.chance(0.6) ? [{ ...brake, amount: BRAKE_MS }] : []),
      drawStep(dice, dice.pick(['burst', 'send', 'ask']), { who, atMs: atMs - dice.whole(0, 100) }),
      drawStep(dice, dice.pick(CAUSES), { who, atMs }),
      drawStep(dice, dice.pick(WORDS), at(BRAKE_MS)),
      drawStep(dice, dice.pick(WORDS), at(500)),
      ...(dice.chance(0.5) ? [drawStep(dice, dice.pick(BESIDE), at(BRAKE_MS))] : []),
      ...(dice.chance(0.4) ? [drawStep(dice, dice.pick(FAULTS), at(BRAKE_MS))] : []),
      ...(dice.chance(0.4) ? [drawStep(dice, dice.pick(TURNS), at(BRAKE_MS))] : []),
      drawStep(dice, 'connect', { who, atMs: atMs + 3 * BRAKE_MS }),
    ];
  }).flat();
}
