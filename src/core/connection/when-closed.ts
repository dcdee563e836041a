/** Closed: start again, or stay. Only a client that gave up by itself is woken by anything but its user. */

import type { ConnectionEvent } from './event.js';
import { beginAttempt, startAfresh, wait } from './retry.js';
import type { Closed } from './state.js';
import { type Context, go, type Step, stay } from './step.js';
import { ONLINE_FLOOR_MS, ONLINE_SPREAD_MS, WAKE_SPREAD_MS } from './wake.js';

export function whenClosed(state: Closed, event: ConnectionEvent, context: Context): Step {
  switch (event.type) {
    case 'connect-requested':
      return beginAttempt(startAfresh(state.record), 'first', context);
    case 'reconnect-requested':
      return beginAttempt(startAfresh(state.record), 'manual', context);
    case 'close-requested':
      return go({ ...state, reason: 'client', cause: null });
    case 'page-changed': {
      const seen: Closed = { ...state, record: { ...state.record, page: event.view } };
      return event.view === 'visible' ? rearm(seen, 'wake', context) : go(seen);
    }
    case 'woken':
    case 'went-online':
      return rearm(state, event.type === 'woken' ? 'wake' : 'online', context);
    case 'send-requested':
      return state.reason === 'exhausted'
        ? wait(startAfresh(state.record), { reason: 'retry', delayMs: 0 }, context)
        : stay(state);
    default:
      return stay(state);
  }
}

function rearm(state: Closed, reason: 'wake' | 'online', context: Context): Step {
  if (state.reason !== 'exhausted') return go(state);
  const delayMs = reason === 'wake' ? context.roll * WAKE_SPREAD_MS : ONLINE_FLOOR_MS + context.roll * ONLINE_SPREAD_MS;
  return wait(startAfresh(state.record), { reason, delayMs }, context);
}
