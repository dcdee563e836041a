/** An assistant behind Django Channels: `streamingProtocol` against a model of its server. */

import type { DeviceSetup } from '../../device/device.js';
import type { Dice } from '../../world/dice.js';
import { drawFamilyPlan } from '../draw-family-plan.js';
import type { Family } from '../family.js';
import { soundClient } from '../sound-client.js';
import { acksAreKept, asksOnce } from './invariants.js';
import { CONVERSATION_ID } from './server.js';

const HABITS = { send: 10, burst: 2 };
const FAULTS = ['reset'];
/** A pause of a minute after a refusal, a dial beside polling every half minute, and all that an open connection takes. */
const LIVENESS_MS = 240_000;

export const streaming: Family = {
  drawPlan: (seed) =>
    drawFamilyPlan(
      {
        name: 'streaming',
        habits: HABITS,
        faults: FAULTS,
        drawSetup: (dice) => ({
          devices: drawDevices(dice),
          family: { name: 'streaming', storeMs: dice.pick([0, 20, 300]) },
        }),
      },
      seed,
    ),
  faults: FAULTS,
  makeInvariants: () => [...soundClient(), acksAreKept(), asksOnce()],
  livenessMs: LIVENESS_MS,
};

function drawDevices(dice: Dice): readonly DeviceSetup[] {
  return Array.from({ length: 1 }, () => ({
    userId: 'user-1',
    browser: null,
    hasLocks: true,
    conversationIds: [CONVERSATION_ID],
    link: { latencyMs: dice.pick([1, 20, 60, 150]), jitterMs: dice.pick([0, 5, 80]) },
    options: {
      reconnect: { stableAfterMs: 10_000, dialsPerMinuteMax: 12, attemptsMax: Infinity },
      heartbeat: { intervalMs: 30_000, timeoutMs: dice.pick([1_000, 5_000, 10_000]) },
      inbox: { historyMax: 500 },
    },
  }));
}
