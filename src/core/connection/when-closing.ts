/** Closing: the close handshake ends, or its time does. */

import type { ConnectionEvent } from './event.js';
import { beginAttempt, startAfresh } from './retry.js';
import type { Closed, Closing } from './state.js';
import { type Context, endingFirst, go, type Step, stay } from './step.js';

export function whenClosing(state: Closing, event: ConnectionEvent, context: Context): Step {
  switch (event.type) {
    case 'connect-requested':
    case 'reconnect-requested': {
      const reason = event.type === 'connect-requested' ? 'first' : 'manual';
      const drop = { type: 'drop', dialId: state.dialId, code: 1000 } as const;
      return endingFirst(drop, beginAttempt(startAfresh(state.record), reason, context));
    }
    case 'socket-closed':
      return go(closed(state));
    case 'timer-fired':
      return event.timer === 'close'
        ? go(closed(state), { type: 'drop', dialId: state.dialId, code: 1000 })
        : stay(state);
    case 'page-changed':
      return go({ ...state, record: { ...state.record, page: event.view } });
    default:
      return stay(state);
  }
}

function closed(state: Closing): Closed {
  return { status: 'closed', reason: 'client', cause: null, record: state.record };
}
