/** What must hold of a client whatever its server is: those of the simulation's invariants that ask no log of it. */

import type { Life } from '../device/life.js';
import { nothingIsLost, settlesOnce } from '../invariants/delivery.js';
import type { Invariant } from '../invariants/invariant.js';
import { dialsOnWake } from '../invariants/liveness.js';
import { showsOnceInOrder } from '../invariants/order.js';
import { legalDelivery, promisesAreTrue } from '../invariants/promises.js';
import { wholeCharacters } from '../invariants/resets.js';
import { dialsSeldom, fewListeners, fewTimers, oneSocket, silentAfterClose } from '../invariants/sockets.js';
import { nothingAfterLogout } from '../invariants/storage.js';
import { everyListenerHears, keepsSecrets, legalSteps, prototypesAreWhole } from '../invariants/told.js';

export function soundClient(): readonly Invariant[] {
  return [
    nothingIsLost(),
    settlesOnceWhereKept(),
    showsOnceInOrder(),
    promisesAreTrue(),
    legalDelivery(),
    wholeCharacters(),
    oneSocket(),
    silentAfterClose(),
    fewTimers(),
    fewListeners(),
    dialsSeldom(),
    dialsOnWake(),
    nothingAfterLogout(),
    legalSteps(),
    keepsSecrets(),
    everyListenerHears(),
    prototypesAreWhole(),
  ];
}

/** What is over while the store cannot be had stays in it, and comes back with it. */
function settlesOnceWhereKept(): Invariant {
  const once = settlesOnce();
  const storeless = new WeakSet<Life>();
  return {
    ...once,
    told(world, life, told) {
      if (told.name === 'error' && told.payload.error.code === 'storage/unavailable') storeless.add(life);
      if (!storeless.has(life)) once.told?.(world, life, told);
    },
  };
}
