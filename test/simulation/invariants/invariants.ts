import { acksAreTrue, nothingIsDoubled, nothingIsLost, settlesOnce } from './delivery.js';
import type { Invariant } from './invariant.js';
import { dialsOnWake, findsDeadPeer } from './liveness.js';
import { logsInSendOrder, showsOnceInOrder } from './order.js';
import { failuresAreTrue, legalDelivery, promisesAreTrue } from './promises.js';
import {
  dialsSeldom,
  fewListeners,
  fewTimers,
  oneSocket,
  sendsInPace,
  silentAfterClose,
  smallBuffer,
} from './sockets.js';
import { nothingAfterLogout, storedBeforeSent } from './storage.js';
import { everyListenerHears, keepsSecrets, legalSteps, prototypesAreWhole, tellsEachOnce } from './told.js';
import { boundedViews, noSilentHole, prefixOfAnswer } from './views.js';

/** All that must hold, with fresh notes for one run. */
export function makeInvariants(): readonly Invariant[] {
  return [
    nothingIsLost(),
    showsOnceInOrder(),
    tellsEachOnce(),
    noSilentHole(),
    logsInSendOrder(),
    acksAreTrue(),
    nothingIsDoubled(),
    settlesOnce(),
    promisesAreTrue(),
    failuresAreTrue(),
    legalDelivery(),
    oneSocket(),
    silentAfterClose(),
    fewTimers(),
    fewListeners(),
    boundedViews(),
    keepsSecrets(),
    dialsSeldom(),
    sendsInPace(),
    smallBuffer(),
    everyListenerHears(),
    prefixOfAnswer(),
    prototypesAreWhole(),
    legalSteps(),
    findsDeadPeer(),
    dialsOnWake(),
    nothingAfterLogout(),
    storedBeforeSent(),
  ];
}
