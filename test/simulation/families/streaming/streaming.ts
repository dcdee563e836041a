/** An assistant behind Django Channels: `streamingProtocol` against a model of its server. */

import { findsDeadPeer } from '../../invariants/liveness.js';
import { defineFamily } from '../define-family.js';
import { drawTabs } from '../draw-devices.js';
import { streamingFaults } from './faults.js';
import { acksAreKept, answersOnce, asksInOrder, asksOnce, tellsOnce } from './invariants.js';
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
/** A pause of a minute after a refusal, a dial beside polling every half minute, and all that an open connection takes. */
const LIVENESS_MS = 240_000;

/** One conversation is one user's. */
export const streaming = defineFamily({
  name: 'streaming',
  habits: HABITS,
  faults: streamingFaults,
  drawDevices: (dice) => drawTabs(dice, CONVERSATION_ID),
  drawServer: (dice) => ({ name: 'streaming', storeMs: dice.pick([0, 20, 300, 1_200]) }),
  makeInvariants: () => [tellsOnce(), findsDeadPeer(), acksAreKept(), asksOnce(), asksInOrder(), answersOnce()],
  livenessMs: LIVENESS_MS,
});
