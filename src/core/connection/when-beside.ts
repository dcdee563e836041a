/** What happens beside the connection in use: its successor comes nearer or fails, its predecessor ends. */

import type { ConnectionCommand } from './command.js';
import type { ConnectionEvent } from './event.js';
import { finishDraining } from './handover.js';
import { startAfresh } from './retry.js';
import type { Closed, Closing, Handover, Open, Trying, Waiting } from './state.js';
import { type Context, endingFirst, go, type Step, stay } from './step.js';
import { whenTrying } from './when-trying.js';

/** The predecessor has this long for its last frames, and then its place is taken as after a loss. */
const DRAIN_MS = 2_000;

type Comer = Extract<Handover, { phase: 'trying' }>;

/** An event of the dial beside, or of its timer. */
export function whenBeside(state: Open, event: ConnectionEvent, context: Context): Step {
  const { handover } = state;
  if (handover.phase === 'trying') return whenSuccessor(state, handover, { event, context });
  switch (event.type) {
    case 'drained':
    case 'socket-closed':
    case 'connection-failed':
      return finishDraining(state, context);
    case 'timer-fired':
      return event.timer === 'close' ? finishDraining(state, context) : stay(state);
    default:
      return stay(state);
  }
}

/** It goes the way of every attempt; only where that leads is another matter while the one in use serves. */
function whenSuccessor(
  state: Open,
  handover: Comer,
  { event, context }: { readonly event: ConnectionEvent; readonly context: Context },
): Step {
  const { attempt } = handover;
  // Tries beside a connection that serves are not counted against the most that there may be.
  const record = { ...state.record, retriesSpent: 0 };
  const trying: Trying = { status: 'connecting', phase: 'trying', attempt, record };
  // What was heard was heard on the one in use.
  const [next, commands] = whenTrying(trying, event, { ...context, heardAtMs: 0 });
  if (next === trying) return stay(state);
  const known: Open = { ...state, record: { ...next.record, retriesSpent: state.record.retriesSpent } };
  switch (next.status) {
    case 'open':
      return takeOver(known, next, { commands, context });
    case 'connecting':
      if (next.phase === 'waiting') return tryAgain(known, handover, { next, commands });
      return go({ ...known, handover: { ...handover, attempt: next.attempt } }, ...commands);
    case 'closing':
    case 'closed':
      return giveUp(known, next, commands);
  }
}

/** From here on it is the one in use. What was sent before belongs to the other, which gets the time to answer. */
function takeOver(
  state: Open,
  next: Open,
  { commands, context }: { readonly commands: readonly ConnectionCommand[]; readonly context: Context },
): Step {
  const { sinceMs, dialId, record } = state;
  const { nowMs, policy } = context;
  const isStable = nowMs - sinceMs >= policy.stableAfterMs;
  const taken: Open = {
    ...next,
    sinceMs,
    record: isStable ? startAfresh(record) : record,
    renewal: { ...next.renewal, beganAtMs: nowMs },
    handover: { phase: 'draining', leavingId: dialId, next: null },
  };
  return go(taken, ...commands, { type: 'start-timer', timer: 'close', delayMs: DRAIN_MS });
}

function tryAgain(
  state: Open,
  { inDoubt }: Comer,
  { next, commands }: { readonly next: Waiting; readonly commands: readonly ConnectionCommand[] },
): Step {
  // A repeat is nobody's own word any more, so it is counted.
  const reason = next.reason === 'auth-failed' ? next.reason : 'handover';
  return go({ ...state, handover: { phase: 'waiting', reason, dueAtMs: next.retryAtMs, inDoubt } }, ...commands);
}

/** No other try would help. That ends the one in use only where the user has no session any more. */
function giveUp(state: Open, next: Closed | Closing, commands: readonly ConnectionCommand[]): Step {
  if (next.status === 'closed' && hasNoSession(next)) {
    return endingFirst({ type: 'drop', dialId: state.dialId, code: 4000 }, [next, commands]);
  }
  return go({ ...state, handover: { phase: 'none' } }, ...commands);
}

function hasNoSession({ cause }: Closed): boolean {
  return cause?.kind === 'no-token' || cause?.kind === 'stopped-by-provider';
}
