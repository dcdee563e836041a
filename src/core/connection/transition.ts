/** The connection machine: drops stale answers, then asks the status; what a status leaves behind is stopped here. */

import type { ConnectionCommand, TimerName } from './command.js';
import type { ConnectionEvent } from './event.js';
import { dialBeside, dropBeside } from './handover.js';
import type { ConnectionState, DialId, Handover } from './state.js';
import { type Context, go, type Step, stay } from './step.js';
import { whenClosed } from './when-closed.js';
import { whenClosing } from './when-closing.js';
import { whenOpen } from './when-open.js';
import { whenTrying } from './when-trying.js';
import { whenWaiting } from './when-waiting.js';

export function transition(state: ConnectionState, event: ConnectionEvent, context: Context): Step {
  if ('dialId' in event && !isCurrentDial(state, event.dialId)) return stay(state);
  if (state.status === 'closed' && state.reason === 'disposed') return stay(state);
  if (event.type === 'dispose-requested') return dispose(state);
  const [next, commands] = step(state, event, context);
  return stopLeftovers(state, next, commands);
}

/** The state of a client that nobody has asked to connect. */
export function initialState(peerAnswersPings: boolean): ConnectionState {
  return {
    status: 'closed',
    reason: 'initial',
    cause: null,
    record: {
      lastDialId: 0,
      retries: 0,
      retriesSpent: 0,
      automaticDialsAtMs: [],
      tokensRefused: 0,
      handshakesRefused: 0,
      joinsTimedOut: 0,
      cuts: [],
      hasOpened: false,
      peerAnswersPings,
      hintedPauseMs: null,
      lastCause: null,
      page: 'visible',
    },
  };
}

/** The dial that is in use, or will be; null if none is under way. During a handover there is another one beside it. */
export function currentDialId(state: ConnectionState): DialId | null {
  switch (state.status) {
    case 'connecting':
      return state.phase === 'trying' ? state.attempt.dialId : null;
    case 'open':
    case 'closing':
      return state.dialId;
    case 'closed':
      return null;
  }
}

function isCurrentDial(state: ConnectionState, dialId: DialId): boolean {
  if (state.status === 'open' && dialBeside(state.handover) === dialId) return true;
  return currentDialId(state) === dialId;
}

function step(state: ConnectionState, event: ConnectionEvent, context: Context): Step {
  switch (state.status) {
    case 'connecting':
      return state.phase === 'waiting' ? whenWaiting(state, event, context) : whenTrying(state, event, context);
    case 'open':
      return whenOpen(state, event, context);
    case 'closing':
      return whenClosing(state, event, context);
    case 'closed':
      return whenClosed(state, event, context);
  }
}

function dispose(state: ConnectionState): Step {
  const dialId = currentDialId(state);
  const endings: ConnectionCommand[] = [];
  if (dialId !== null) endings.push({ type: 'drop', dialId, code: 1000 });
  if (state.status === 'open') endings.push(...dropBeside(state));
  const next: ConnectionState = { status: 'closed', reason: 'disposed', cause: null, record: state.record };
  return stopLeftovers(state, next, endings);
}

/** A timer belongs to a status; whoever leaves the status stops it, so no path can forget. */
function stopLeftovers(before: ConnectionState, after: ConnectionState, commands: readonly ConnectionCommand[]): Step {
  const kept = timersOf(after);
  const stops = timersOf(before)
    .filter((timer) => !kept.includes(timer))
    .map((timer): ConnectionCommand => ({ type: 'stop-timer', timer }));
  return stops.length === 0 ? [after, commands] : go(after, ...stops, ...commands);
}

function timersOf(state: ConnectionState): readonly TimerName[] {
  switch (state.status) {
    case 'connecting':
      if (state.phase === 'trying') return ['attempt'];
      return state.retryAtMs === null ? [] : ['retry'];
    case 'open':
      return ['pulse', 'renew', ...timersBeside(state.handover)];
    case 'closing':
      return ['close'];
    case 'closed':
      return [];
  }
}

/** Named as they are without a handover, for what is dialled beside may become the attempt. */
function timersBeside(handover: Handover): readonly TimerName[] {
  switch (handover.phase) {
    case 'none':
      return [];
    case 'waiting':
      return handover.dueAtMs === null ? [] : ['retry'];
    case 'trying':
      return ['attempt'];
    case 'draining':
      return ['close'];
  }
}
