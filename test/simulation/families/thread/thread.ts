/** Messages posted over HTTP, answers over the socket: `threadProtocol` against a model of its server. */

import type { DeviceSetup } from '../../device/device.js';
import { acksAreTrue, nothingIsDoubled } from '../../invariants/delivery.js';
import { logsInSendOrder } from '../../invariants/order.js';
import { failuresAreTrue } from '../../invariants/promises.js';
import { tellsEachOnce } from '../../invariants/told.js';
import type { Dice } from '../../world/dice.js';
import { drawFamilyPlan } from '../draw-family-plan.js';
import { FAULTS_EVERYWHERE } from '../everywhere.js';
import type { Family } from '../family.js';
import { soundClient } from '../sound-client.js';
import { threadFaults } from './faults.js';
import { tellsNothingOfBefore } from './invariants.js';
import { THREAD_ID } from './server.js';

const HABITS = {
  send: 30,
  burst: 4,
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
const FAULTS = [...FAULTS_EVERYWHERE, ...Object.keys(threadFaults)];
/** A reply is sent again after so long, and what then is still not acked comes with the next socket. */
const LIVENESS_MS = 240_000;

export const thread: Family = {
  drawPlan: (seed) =>
    drawFamilyPlan(
      {
        name: 'thread',
        habits: HABITS,
        faults: FAULTS,
        drawSetup: (dice) => ({
          devices: drawDevices(dice),
          family: {
            name: 'thread',
            storeMs: dice.pick([0, 20, 300]),
            firstSequence: dice.pick([0, 0, 40, null]),
            answersPings: dice.chance(0.5),
          },
        }),
      },
      seed,
    ),
  faults: FAULTS,
  makeInvariants: () => [
    ...soundClient(),
    tellsEachOnce(),
    tellsNothingOfBefore(),
    acksAreTrue(),
    nothingIsDoubled(),
    failuresAreTrue(),
    logsInSendOrder(),
  ],
  livenessMs: LIVENESS_MS,
};

function drawDevices(dice: Dice): readonly DeviceSetup[] {
  const browser = dice.chance(0.5) ? 0 : null;
  const hasLocks = dice.chance(0.5);
  return Array.from({ length: dice.pick([1, 1, 2]) }, () => ({
    userId: 'user-1',
    tabsOf: 0,
    browser,
    hasLocks,
    conversationIds: [THREAD_ID],
    link: { latencyMs: dice.pick([1, 20, 60, 150]), jitterMs: dice.pick([0, 5, 80]) },
    options: {
      reconnect: { stableAfterMs: 10_000, dialsPerMinuteMax: 12, attemptsMax: Infinity },
      heartbeat: { intervalMs: 30_000, timeoutMs: dice.pick([1_000, 5_000, 10_000]) },
      inbox: { historyMax: 500 },
    },
  }));
}
