/** Two people on a marketplace: `envelopeProtocol` without its extension, against a model of its server. */

import type { DeviceSetup } from '../../device/device.js';
import { acksAreTrue } from '../../invariants/delivery.js';
import { findsDeadPeer } from '../../invariants/liveness.js';
import { failuresAreTrue } from '../../invariants/promises.js';
import { tellsEachOnce } from '../../invariants/told.js';
import type { Dice } from '../../world/dice.js';
import { defineFamily } from '../define-family.js';
import { drawClient } from '../draw-devices.js';
import { baseFaults } from './faults.js';
import { sendsInOrder, storesOnce } from './invariants.js';
import { CONVERSATION_ID, USER_IDS } from './server.js';

const HABITS = {
  send: 30,
  burst: 6,
  paste: 2,
  'send-short-lived': 2,
  cancel: 2,
  type: 4,
  read: 4,
  reconnect: 4,
  connect: 4,
  close: 2,
  'drain-and-close': 1,
  dispose: 1,
  crash: 2,
  logout: 1,
};
/** The longest pause between dials, a dial, a dead connection, and a refused join or a pause of the pace on top. */
const LIVENESS_MS = 150_000;

export const base = defineFamily({
  name: 'base',
  habits: HABITS,
  faults: baseFaults,
  drawDevices,
  drawServer: (dice) => ({ name: 'base', storeMs: dice.pick([0, 20, 300]) }),
  makeInvariants: () => [
    tellsEachOnce(),
    findsDeadPeer(),
    acksAreTrue(),
    storesOnce(),
    failuresAreTrue(),
    sendsInOrder(),
  ],
  livenessMs: LIVENESS_MS,
});

/** The pace is the default one: the server's limit must never be reached with it. */
function drawDevices(dice: Dice): readonly DeviceSetup[] {
  const hasStore = dice.chance(0.5);
  const hasLocks = dice.chance(0.5);
  return Array.from({ length: dice.pick([1, 2, 2, 3]) }, (_, index) => ({
    userId: USER_IDS[index % 2] ?? USER_IDS[0],
    tabsOf: index % 2,
    browser: hasStore ? index % 2 : null,
    hasLocks,
    conversationIds: [CONVERSATION_ID],
    ...drawClient(dice, { heartbeatMs: 25_000 }),
  }));
}
