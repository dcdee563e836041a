/** Messages posted over HTTP, answers over the socket: `threadProtocol` against a model of its server. */

import { acksAreTrue, nothingIsDoubled } from '../../invariants/delivery.js';
import { logsInSendOrder } from '../../invariants/order.js';
import { failuresAreTrue } from '../../invariants/promises.js';
import { tellsEachOnce } from '../../invariants/told.js';
import { defineFamily } from '../define-family.js';
import { drawTabs } from '../draw-devices.js';
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
/** A reply is sent again after so long, and what then is still not acked comes with the next socket. */
const LIVENESS_MS = 240_000;

export const thread = defineFamily({
  name: 'thread',
  habits: HABITS,
  faults: threadFaults,
  drawDevices: (dice) => drawTabs(dice, THREAD_ID),
  drawServer: (dice) => ({
    name: 'thread',
    storeMs: dice.pick([0, 20, 300]),
    firstSequence: dice.pick([0, 0, 40, null]),
    answersPings: dice.chance(0.5),
  }),
  makeInvariants: () => [
    tellsEachOnce(),
    tellsNothingOfBefore(),
    acksAreTrue(),
    nothingIsDoubled(),
    failuresAreTrue(),
    logsInSendOrder(),
  ],
  livenessMs: LIVENESS_MS,
});
