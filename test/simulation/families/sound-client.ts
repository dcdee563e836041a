/** What must hold of a client whatever its server is: those of the simulation's invariants that ask no log of it. */

import { nothingIsLost, settlesOnce } from '../invariants/delivery.js';
import type { Invariant } from '../invariants/invariant.js';
import { dialsOnWake, findsDeadPeer } from '../invariants/liveness.js';
import { showsOnceInOrder } from '../invariants/order.js';
import { legalDelivery, promisesAreTrue } from '../invariants/promises.js';
import { wholeCharacters } from '../invariants/resets.js';
import { dialsSeldom, fewListeners, fewTimers, oneSocket, silentAfterClose } from '../invariants/sockets.js';
import { nothingAfterLogout } from '../invariants/storage.js';
import { everyListenerHears, keepsSecrets, legalSteps, prototypesAreWhole, tellsEachOnce } from '../invariants/told.js';

export function soundClient(): readonly Invariant[] {
  return [
    nothingIsLost(),
    settlesOnce(),
    showsOnceInOrder(),
    promisesAreTrue(),
    legalDelivery(),
    wholeCharacters(),
    oneSocket(),
    silentAfterClose(),
    fewTimers(),
    fewListeners(),
    dialsSeldom(),
    findsDeadPeer(),
    dialsOnWake(),
    nothingAfterLogout(),
    legalSteps(),
    keepsSecrets(),
    everyListenerHears(),
    prototypesAreWhole(),
    tellsEachOnce(),
  ];
}
