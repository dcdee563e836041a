import { dialBeside } from '../../core/connection/handover.js';
import type { ConnectionState, Waiting } from '../../core/connection/state.js';
import type { ConnectionSnapshot } from '../chat-snapshot.js';

/** The machine's state as users see it. */
export function viewConnection(state: ConnectionState, attemptsMax: number): ConnectionSnapshot {
  switch (state.status) {
    case 'connecting': {
      const { record } = state;
      return {
        status: 'connecting',
        phase: state.phase === 'waiting' ? 'waiting' : state.attempt.phase,
        attempt: attemptsMax === Number.POSITIVE_INFINITY ? record.retries : record.retriesSpent,
        attemptsMax: attemptsMax === Number.POSITIVE_INFINITY ? null : attemptsMax,
        retryAtMs: state.phase === 'waiting' ? wholeRetryAtMs(state) : null,
        cause: record.lastCause,
      };
    }
    case 'open':
      return {
        status: 'open',
        sinceMs: state.sinceMs,
        recovered: state.recovered,
        roundTripMs: state.roundTripMs,
        handover: dialBeside(state.handover) !== null,
      };
    case 'closing':
      return { status: 'closing' };
    case 'closed':
      return { status: 'closed', reason: state.reason, cause: state.cause };
  }
}

/** The time of the next dial as it is told: a part of a millisecond is nobody's news. */
export function wholeRetryAtMs({ retryAtMs }: Waiting): number | null {
  return retryAtMs === null ? null : Math.ceil(retryAtMs);
}

/** Views are flat, so comparing their values tells whether anything a user sees has changed. */
export function isSameView<View extends object>(a: View, b: View): boolean {
  const names = Object.keys(b) as (keyof View)[];
  return names.length === Object.keys(a).length && names.every((name) => a[name] === b[name]);
}
