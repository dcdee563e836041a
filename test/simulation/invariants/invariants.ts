import { asksOneRange, keepsWindow, marksArrive, sendsNothingExpired } from './asks.js';
import {
  acksAreTrue,
  judgedLikeReality,
  nothingIsDoubled,
  nothingIsLost,
  saysWhatWasSaid,
  settlesOnce,
} from './delivery.js';
import { tokensServeOnce, writesWhatItCounts } from './frames.js';
import { handoversEnd, leavesOpenByLoss, ownsEveryAck, sendsOnOneSocket } from './handovers.js';
import type { Invariant } from './invariant.js';
import { dialsOnWake, findsDeadPeer } from './liveness.js';
import { endsEveryTab } from './logout.js';
import { logsInSendOrder, showsOnceInOrder } from './order.js';
import { countsTries, pausesAreShort, staysClosed, triesEnd } from './pauses.js';
import { failuresAreTrue, legalDelivery, promisesAreTrue } from './promises.js';
import { tellsResetOnce, wholeCharacters } from './resets.js';
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
    judgedLikeReality(),
    settlesOnce(),
    saysWhatWasSaid(),
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
    endsEveryTab(),
    storedBeforeSent(),
    asksOneRange(),
    keepsWindow(),
    marksArrive(),
    sendsNothingExpired(),
    countsTries(),
    pausesAreShort(),
    staysClosed(),
    triesEnd(),
    handoversEnd(),
    leavesOpenByLoss(),
    sendsOnOneSocket(),
    ownsEveryAck(),
    tellsResetOnce(),
    wholeCharacters(),
    writesWhatItCounts(),
    tokensServeOnce(),
  ];
}
