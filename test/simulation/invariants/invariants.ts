import { acksAreTrue, nothingIsDoubled, nothingIsLost, settlesOnce } from './delivery.js';
import type { Invariant } from './invariant.js';
import { logsInSendOrder, showsOnceInOrder } from './order.js';

/** All that must hold, with fresh notes for one run. */
export function makeInvariants(): readonly Invariant[] {
  return [showsOnceInOrder(), logsInSendOrder(), acksAreTrue(), nothingIsLost(), nothingIsDoubled(), settlesOnce()];
}
