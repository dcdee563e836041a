/** Waiting for the next dial: its time comes, the device wakes, or the user decides. */

import type { ConnectionEvent } from './event.js';
import { beginAttempt, startAfresh, stopRefused, wait } from './retry.js';
import type { Waiting } from './state.js';
import { type Context, go, type Step, stay } from './step.js';
import { ONLINE_FLOOR_MS, ONLINE_SPREAD_MS, WAKE_SPREAD_MS } from './wake.js';

export function whenWaiting(state: Waiting, event: ConnectionEvent, context: Context): Step {
  switch (event.type) {
    case 'timer-fired':
      return event.timer === 'retry' ? beginAttempt(state.record, state.reason, context) : stay(state);
    case 'reconnect-requested':
      return beginAttempt(startAfresh(state.record), 'manual', context);
    case 'close-requested':
      return go({ status: 'closed', reason: 'client', cause: null, record: state.record });
    case 'page-changed':
      return whenPageChanged({ ...state, record: { ...state.record, page: event.view } }, context);
    case 'woken':
      return dialSooner(state, 'wake', context);
    case 'went-online':
      return dialSooner(state, 'online', context);
    case 'refusal-judged-final':
      return stopRefused(state.record);
    default:
      return stay(state);
  }
}

function whenPageChanged(state: Waiting, context: Context): Step {
  switch (state.record.page) {
    case 'visible':
      return dialSooner(state, 'wake', context);
    case 'hidden':
      return state.retryAtMs === null ? dialSooner(state, 'wake', context) : go(state);
    case 'left':
      return go({ ...state, retryAtMs: null });
  }
}

/** A wake starts the count anew; `online` alone does not, for it may be wrong many times a minute. */
function dialSooner(state: Waiting, reason: 'wake' | 'online', context: Context): Step {
  if (state.record.page === 'left') return stay(state);
  const record = reason === 'wake' ? startAfresh(state.record) : state.record;
  const delayMs = reason === 'wake' ? context.roll * WAKE_SPREAD_MS : ONLINE_FLOOR_MS + context.roll * ONLINE_SPREAD_MS;
  if (state.retryAtMs !== null && state.retryAtMs <= context.nowMs + delayMs) return go({ ...state, record });
  return wait(record, { reason, delayMs }, context);
}
