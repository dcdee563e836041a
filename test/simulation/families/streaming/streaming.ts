/** An assistant behind Django Channels: `streamingProtocol` against a model of its server. */

import type { DeviceSetup } from '../../device/device.js';
import { findsDeadPeer } from '../../invariants/liveness.js';
import type { Dice } from '../../world/dice.js';
import { drawFamilyPlan } from '../draw-family-plan.js';
import { FAULTS_EVERYWHERE } from '../everywhere.js';
import type { Family } from '../family.js';
import { soundClient } from '../sound-client.js';
import { streamingFaults } from './faults.js';
import { acksAreKept, asksInOrder, asksOnce, tellsOnce } from './invariants.js';
import { CONVERSATION_ID } from './server.js';

const HABITS = {
  send: 30,
  'ask-again': 3,
  burst: 5,
  'send-short-lived': 2,
  cancel: 2,
  reconnect: 5,
  connect: 4,
  close: 2,
  'drain-and-close': 1,
  dispose: 1,
  crash: 2,
  logout: 1,
};
const FAULTS = [...FAULTS_EVERYWHERE, ...Object.keys(streamingFaults)];
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
          family: { name: 'streaming', storeMs: dice.pick([0, 20, 300, 1_200]) },
        }),
      },
      seed,
    ),
  faults: FAULTS,
  makeInvariants: () => [...soundClient(), tellsOnce(), findsDeadPeer(), acksAreKept(), asksOnce(), asksInOrder()],
  livenessMs: LIVENESS_MS,
};

/** One conversation is one user's; his tabs share what they store, or nothing. */
function drawDevices(dice: Dice): readonly DeviceSetup[] {
  const browser = dice.chance(0.5) ? 0 : null;
  const hasLocks = dice.chance(0.5);
  return Array.from({ length: dice.pick([1, 1, 2]) }, () => ({
    userId: 'user-1',
    tabsOf: 0,
    browser,
    hasLocks,
    conversationIds: [CONVERSATION_ID],
    link: { latencyMs: dice.pick([1, 20, 60, 150]), jitterMs: dice.pick([0, 5, 80]) },
    options: {
      reconnect: { stableAfterMs: 10_000, dialsPerMinuteMax: 12, attemptsMax: Infinity },
      heartbeat: { intervalMs: 30_000, timeoutMs: dice.pick([1_000, 5_000, 10_000]) },
      inbox: { historyMax: 500 },
    },
  }));
}
