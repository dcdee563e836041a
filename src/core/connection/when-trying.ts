/** Trying: token, socket, hello and joins, each step on time, or the attempt fails. */

import { asksForPause } from './backoff.js';
import { readCloseCode } from './close-code.js';
import type { ConnectionCommand } from './command.js';
import type { ConnectionEvent } from './event.js';
import { openWith } from './pulse.js';
import { countAgain, dropAfter, type LossFacts, lose, readTokenFailure, stopRefused } from './retry.js';
import type { Attempt, Trying } from './state.js';
import { type Context, endingFirst, go, type Step, stay } from './step.js';
import { whenClosed } from './when-closed.js';
import { whenWaiting } from './when-waiting.js';

/** The most that are counted: joins have up to four times their time. */
const JOINS_TIMED_OUT_MAX = 2;

export function whenTrying(state: Trying, event: ConnectionEvent, context: Context): Step {
  switch (event.type) {
    case 'token-arrived':
      return state.attempt.phase === 'authorizing' ? dial(state, context) : stay(state);
    case 'token-failed':
      return fail(state, readTokenFailure(event), context);
    case 'dial-failed':
      return fail(state, { kind: 'dial-failed', action: event.action }, context);
    case 'socket-opened':
      return state.attempt.phase === 'dialing' ? join(state, context) : stay(state);
    case 'join-answered':
      return state.attempt.phase === 'joining' ? goOn(state, context) : stay(state);
    case 'joined':
      return state.attempt.phase === 'joining' ? openWith(noteJoin(state, context), event, context) : stay(state);
    case 'token-rejected':
      return fail(state, { kind: 'token-refused', action: 'renew-token' }, context);
    case 'connection-failed':
      return fail(state, { kind: event.kind, action: 'retry' }, context);
    case 'pause-hinted':
      return go({ ...state, record: { ...state.record, hintedPauseMs: event.retryAfterMs } });
    case 'socket-closed': {
      const { code, reason, wasClean } = event;
      const action = event.verdict?.action ?? readCloseCode(code);
      const retryAfterMs = event.verdict?.retryAfterMs ?? null;
      return fail(state, { kind: 'socket-closed', code, reason, wasClean, action, retryAfterMs }, context);
    }
    case 'timer-fired':
      return event.timer === 'attempt' ? timeOut(state, context) : stay(state);
    case 'woken':
      return wake(state, 'wake', context);
    case 'went-online':
      return wake(state, 'online', context);
    case 'page-changed': {
      const seen: Trying = { ...state, record: { ...state.record, page: event.view } };
      return event.view === 'visible' ? wake(seen, 'wake', context) : go(seen);
    }
    case 'close-requested':
      return close(state, context);
    case 'refusal-judged-final':
      return endingFirst({ type: 'drop', dialId: state.attempt.dialId, code: 1000 }, stopRefused(state.record));
    default:
      return stay(state);
  }
}

/** The handshake has its own time, but never more than is left of the attempt's. */
function dial(state: Trying, context: Context): Step {
  const attempt: Attempt = { ...state.attempt, phase: 'dialing' };
  const record = countAgain(state.record, attempt, context.nowMs);
  const dialling: Trying = { ...state, attempt, record };
  return go(dialling, startTimer(attempt, context.policy.connectMs, context), {
    type: 'dial',
    dialId: attempt.dialId,
  });
}

/** So have the joins. Where the last ones took too long, the same time again would be in vain, and they have more. */
function join(state: Trying, context: Context): Step {
  const { nowMs } = context;
  const joinMs = joinTimeMs(state, context);
  const deadlineAtMs = state.record.joinsTimedOut === 0 ? state.attempt.deadlineAtMs : nowMs + joinMs;
  const attempt: Attempt = { ...state.attempt, phase: 'joining', deadlineAtMs, openedAtMs: nowMs };
  const record = { ...state.record, handshakesRefused: 0 };
  return go({ ...state, attempt, record }, startTimer(attempt, joinMs, context));
}

/** Each join has the time that one alone would have: many of them take long where the server is asked as slowly as it wishes. */
function goOn(state: Trying, context: Context): Step {
  const joinMs = joinTimeMs(state, context);
  const attempt: Attempt = { ...state.attempt, deadlineAtMs: context.nowMs + joinMs };
  return go({ ...state, attempt }, startTimer(attempt, joinMs, context));
}

function joinTimeMs({ record }: Trying, { policy }: Context): number {
  return policy.connectMs * 2 ** record.joinsTimedOut;
}

function startTimer({ deadlineAtMs }: Attempt, phaseMs: number, { nowMs }: Context): ConnectionCommand {
  const delayMs = Math.max(0, Math.min(phaseMs, deadlineAtMs - nowMs));
  return { type: 'start-timer', timer: 'attempt', delayMs };
}

/** A join that would have been in time without being given more shows that the link is as good as any. */
function noteJoin(state: Trying, context: Context): Trying {
  const leftMs = state.attempt.deadlineAtMs - context.nowMs;
  const tookLong = joinTimeMs(state, context) - leftMs > context.policy.connectMs;
  return tookLong ? state : { ...state, record: { ...state.record, joinsTimedOut: 0 } };
}

/** Only a server that speaks is worth waiting for: one that does not would be waited for longer and longer. */
function noteLateJoin(state: Trying, { heardAtMs }: Context): Trying {
  const { record, attempt } = state;
  if (heardAtMs <= (attempt.openedAtMs ?? heardAtMs)) return state;
  return { ...state, record: { ...record, joinsTimedOut: Math.min(JOINS_TIMED_OUT_MAX, record.joinsTimedOut + 1) } };
}

/** A sleep may have outlasted the deadline and held up its timer. A wake is the stronger word. */
function wake(state: Trying, signal: 'wake' | 'online', context: Context): Step {
  const known = state.attempt.signal === 'wake' ? 'wake' : signal;
  const woken: Trying = { ...state, attempt: { ...state.attempt, signal: known } };
  return context.nowMs >= state.attempt.deadlineAtMs ? timeOut(woken, context) : go(woken);
}

function timeOut(state: Trying, context: Context): Step {
  switch (state.attempt.phase) {
    case 'authorizing':
      return fail(state, { kind: 'token-timed-out', action: 'retry' }, context);
    case 'dialing':
      return fail(state, { kind: 'dial-timed-out', action: 'retry' }, context);
    case 'joining':
      return fail(noteLateJoin(state, context), { kind: 'join-timed-out', action: 'retry' }, context);
  }
}

function fail(state: Trying, facts: Omit<LossFacts, 'everOpened'>, context: Context): Step {
  const { dialId, phase, signal } = state.attempt;
  const lost = lose(state.record, { ...facts, everOpened: phase === 'joining' }, context);
  return endingFirst(dropAfter(facts.kind, dialId), signal === null ? lost : heed(signal, lost, context));
}

/** It was dialled before the device woke, or before its network worked: the next one is dialled as if it woke now. */
function heed(signal: 'wake' | 'online', [next, commands]: Step, context: Context): Step {
  const event: ConnectionEvent = { type: signal === 'wake' ? 'woken' : 'went-online' };
  if (next.status === 'closed') return whenClosed(next, event, context);
  const { lastCause } = next.record;
  const mustWait = lastCause !== null && asksForPause(lastCause);
  if (next.status !== 'connecting' || next.phase !== 'waiting' || next.reason !== 'retry' || mustWait) {
    return [next, commands];
  }
  const [sooner, orders] = whenWaiting(next, event, context);
  return go(sooner, ...commands, ...orders);
}

function close(state: Trying, context: Context): Step {
  const { attempt, record } = state;
  if (attempt.phase === 'authorizing') {
    const abandon: ConnectionCommand = { type: 'drop', dialId: attempt.dialId, code: 1000 };
    return go({ status: 'closed', reason: 'client', cause: null, record }, abandon);
  }
  return go(
    { status: 'closing', dialId: attempt.dialId, record },
    { type: 'start-timer', timer: 'close', delayMs: context.policy.closeMs },
    { type: 'hang-up', dialId: attempt.dialId },
  );
}
