/** When an open connection needs a new token: before the old one's lifetime ends, and never in a loop. */

import { seekSuccessor } from './handover.js';
import type { Open } from './state.js';
import { type Context, go, type Step, stay } from './step.js';

/** A lifetime is used up to here. */
const LIFETIME_SHARE = 0.8;
/** However short a lifetime, and however often a server warns, renewals begin at least this far apart. */
const RENEWALS_APART_MS = 30_000;
/** A token that is being fetched for another connection is waited for, in steps of this. */
const OTHER_TOKEN_MS = 1_000;
/** Longer lifetimes are renewed after 20 days: timers of 24.8 days and more fire at once. */
const RENEWAL_MAX_MS = 1_728_000_000;

/** Arms the renewal for a lifetime; none is armed where nobody told one. */
export function armRenewal(state: Open, expiresInMs: number | null, context: Context): Step {
  const { beganAtMs } = state.renewal;
  if (expiresInMs === null || Number.isNaN(expiresInMs) || expiresInMs === Number.POSITIVE_INFINITY) {
    return go({ ...state, renewal: { phase: 'none', beganAtMs } }, { type: 'stop-timer', timer: 'renew' });
  }
  return armIn(state, Math.min(RENEWAL_MAX_MS, Math.max(RENEWALS_APART_MS, expiresInMs * LIFETIME_SHARE)), context);
}

/** The server warned, or the timer came due: renew, unless one began a moment ago. */
export function renewSoon(state: Open, context: Context): Step {
  const { renewal } = state;
  if (renewal.phase === 'under-way') return stay(state);
  if (state.canRenewInBand && state.handover.phase === 'trying') return armIn(state, OTHER_TOKEN_MS, context);
  // Where a renewal is a fresh connection, the last one began when this connection did.
  const beganAtMs = renewal.beganAtMs ?? (state.canRenewInBand ? null : state.sinceMs);
  const dueInMs = beganAtMs === null ? 0 : beganAtMs + RENEWALS_APART_MS - context.nowMs;
  return dueInMs > 0 ? armIn(state, dueInMs, context) : renew(state, context);
}

/** The `renew` timer came due: time to begin, or the renewal under way took too long. */
export function whenRenewTimerFired(state: Open, context: Context): Step {
  if (state.renewal.phase !== 'under-way') return renewSoon(state, context);
  const [next, commands] = armIn(state, RENEWALS_APART_MS, context);
  return go(next, { type: 'abort-renewal', dialId: state.dialId }, ...commands);
}

/** The provider had no token: the old one still serves, so ask again later. */
export function whenRenewalFailed(state: Open, context: Context): Step {
  return state.renewal.phase === 'under-way' ? armIn(state, RENEWALS_APART_MS, context) : stay(state);
}

/** In band where the protocol can; else a fresh connection takes over. */
function renew(state: Open, context: Context): Step {
  if (!state.canRenewInBand) {
    const begun: Open = { ...state, renewal: { phase: 'none', beganAtMs: context.nowMs } };
    return seekSuccessor(begun, { reason: 'handover', delayMs: 0, inDoubt: false }, context);
  }
  return go(
    { ...state, renewal: { phase: 'under-way', beganAtMs: context.nowMs } },
    { type: 'start-timer', timer: 'renew', delayMs: context.policy.tokenMs },
    { type: 'renew-token', dialId: state.dialId },
  );
}

function armIn(state: Open, delayMs: number, context: Context): Step {
  const { beganAtMs } = state.renewal;
  return go(
    { ...state, renewal: { phase: 'armed', beganAtMs, atMs: context.nowMs + delayMs } },
    { type: 'start-timer', timer: 'renew', delayMs },
  );
}
