/** Silent? Ping. Unanswered? Gone. Any frame proves life, and the next ping is armed by the answer to the last. */

import type { Recovery } from '../frame.js';
import type { ConnectionCommand } from './command.js';
import { endDoubt, endOpen, seekSuccessor } from './handover.js';
import { armRenewal } from './renewal.js';
import type { Open, PongsDue, Pulse, Trying } from './state.js';
import { type Context, endingFirst, go, type Step, stay } from './step.js';
import { GRACE_MS, LATE_TIMER_MS, PROBE_TIMEOUT_MS } from './wake.js';

/** A link that spoke this lately carries something, if slowly. */
const TALKING_MS = 5_000;
/** Longer than this nobody waits for a pong, whatever else comes in. */
const PONG_MAX_MS = 60_000;

/** The first moment of an open connection. */
export function openWith(
  state: Trying,
  joined: { readonly recovered: Recovery; readonly canRenewInBand: boolean; readonly expiresInMs: number | null },
  context: Context,
): Step {
  const open: Open = {
    status: 'open',
    dialId: state.attempt.dialId,
    sinceMs: context.nowMs,
    recovered: state.record.hasOpened ? joined.recovered : 'first',
    roundTripMs: null,
    pulse: { phase: 'resting', lastPingAtMs: context.nowMs },
    pongsDue: null,
    renewal: { phase: 'none', beganAtMs: null },
    canRenewInBand: joined.canRenewInBand,
    handover: { phase: 'none' },
    record: { ...state.record, hasOpened: true, hintedPauseMs: null },
  };
  const [renewing, renewal] = armRenewal(open, joined.expiresInMs, context);
  return go(renewing, ...armPing(context.nowMs, context), ...renewal);
}

/** The pulse timer came due. */
export function feelPulse(state: Open, lateMs: number, context: Context): Step {
  const { pulse } = state;
  const hasSlept = lateMs > LATE_TIMER_MS;
  switch (pulse.phase) {
    case 'resting':
      return whenPingIsDue(state, hasSlept, context);
    case 'awaiting':
    case 'grace':
      if (context.heardAtMs > pulse.pingSentAtMs) return relax(state, pulse.pingSentAtMs, context);
      if (!state.record.peerAnswersPings) return relax(state, pulse.pingSentAtMs, context);
      if (pulse.phase === 'awaiting' && pulse.kind === 'probe' && !hasSlept) return doubt(state, pulse, context);
      if (state.record.page === 'hidden')
        return go({ ...state, pulse: { phase: 'unjudged', pingSentAtMs: pulse.pingSentAtMs } });
      return hasSlept && pulse.phase === 'awaiting'
        ? giveGrace(state, pulse.pingSentAtMs)
        : declareDead(state, context);
    case 'unjudged':
      return stay(state);
  }
}

/** A frame came in. A pong also tells the round trip, and that this peer does answer. */
export function seeLife(state: Open, isPong: boolean, context: Context): Step {
  const { pulse } = state;
  const pingSentAtMs = pulse.phase === 'resting' ? pulse.lastPingAtMs : pulse.pingSentAtMs;
  const alive: Open = isPong
    ? {
        ...state,
        pongsDue: afterPong(state.pongsDue),
        roundTripMs: Math.max(0, context.nowMs - pingSentAtMs),
        record: state.record.peerAnswersPings ? state.record : { ...state.record, peerAnswersPings: true },
      }
    : state;
  return pulse.phase === 'resting' ? go(alive) : relax(alive, pingSentAtMs, context);
}

/**
 * Asks for a sign of life within seconds, for the device woke. Signals during a probe cause no other; one after its
 * answer does, for the network may have changed since.
 */
export function probe(state: Open, context: Context): Step {
  return isProbing(state) ? stay(state) : ping(state, 'probe', context);
}

/**
 * Asks for a sign of life because an ack is overdue. What else comes in may hold the answer up for long on a slow link,
 * so one that talks has the time of any ping, and no other is dialled beside it: that would take its share of the link.
 */
export function probeForAck(state: Open, context: Context): Step {
  if (isProbing(state)) return stay(state);
  return ping(state, context.nowMs - context.heardAtMs < TALKING_MS ? 'beat' : 'slow', context);
}

/** An ack has not come after a probe. While the pong is on its way too, the link is slow and not deaf. */
export function judgeOverdueAck(state: Open, context: Context): Step {
  const { pongsDue, record } = state;
  const isSlow = pongsDue !== null && context.nowMs - pongsDue.sinceMs < PONG_MAX_MS;
  if (isSlow && record.peerAnswersPings) return stay(state);
  return endOpen(state, { kind: 'ack-overdue', action: 'retry' }, context);
}

function isProbing({ pulse }: Open): boolean {
  return pulse.phase === 'grace' || (pulse.phase === 'awaiting' && pulse.kind !== 'beat');
}

function afterPong(due: PongsDue | null): PongsDue | null {
  return due === null || due.count === 1 ? null : { ...due, count: due.count - 1 };
}

function whenPingIsDue(state: Open, hasSlept: boolean, context: Context): Step {
  const quietMs = context.nowMs - context.heardAtMs;
  const { heartbeatIntervalMs, pingWhenIdleOnly } = context.policy;
  if (pingWhenIdleOnly && !hasSlept && quietMs < heartbeatIntervalMs) {
    return go(state, { type: 'start-timer', timer: 'pulse', delayMs: heartbeatIntervalMs - quietMs });
  }
  return ping(state, hasSlept ? 'probe' : 'beat', context);
}

function ping(state: Open, kind: 'beat' | 'probe' | 'slow', context: Context): Step {
  const { nowMs, policy } = context;
  const timeoutMs = Math.min(PING_MAX_MS[kind], policy.heartbeatTimeoutMs);
  const pulse: Pulse = { phase: 'awaiting', kind, pingSentAtMs: nowMs, timeoutMs };
  const { count, sinceMs } = state.pongsDue ?? { count: 0, sinceMs: nowMs };
  return go(
    { ...state, pulse, pongsDue: { count: count + 1, sinceMs } },
    { type: 'start-timer', timer: 'pulse', delayMs: kind === 'probe' ? timeoutMs / 2 : timeoutMs },
    { type: 'send-ping', dialId: state.dialId },
  );
}

/** The most that the answer may take. */
const PING_MAX_MS = { beat: Number.POSITIVE_INFINITY, probe: PROBE_TIMEOUT_MS, slow: PROBE_TIMEOUT_MS } as const;

/** Half of a probe's time is over. Whichever proves first is kept: this connection, or one that is dialled beside it. */
function doubt(state: Open, pulse: Extract<Pulse, { phase: 'awaiting' }>, context: Context): Step {
  const slow: Open = { ...state, pulse: { ...pulse, kind: 'slow' } };
  const rest: ConnectionCommand = { type: 'start-timer', timer: 'pulse', delayMs: pulse.timeoutMs / 2 };
  if (state.record.page !== 'visible') return go(slow, rest);
  return endingFirst(rest, seekSuccessor(slow, { reason: 'handover', delayMs: 0, inDoubt: true }, context));
}

function relax(state: Open, lastPingAtMs: number, context: Context): Step {
  const [sure, commands] = endDoubt({ ...state, pulse: { phase: 'resting', lastPingAtMs } });
  return go(sure, ...commands, ...armPing(lastPingAtMs, context));
}

/** Pings keep their schedule whatever else flows: servers may demand it. */
function armPing(lastPingAtMs: number, context: Context): readonly ConnectionCommand[] {
  const { heartbeatIntervalMs } = context.policy;
  if (heartbeatIntervalMs === Number.POSITIVE_INFINITY) return [{ type: 'stop-timer', timer: 'pulse' }];
  const delayMs = Math.max(0, lastPingAtMs + heartbeatIntervalMs - context.nowMs);
  return [{ type: 'start-timer', timer: 'pulse', delayMs }];
}

function giveGrace(state: Open, pingSentAtMs: number): Step {
  return go(
    { ...state, pulse: { phase: 'grace', pingSentAtMs } },
    { type: 'start-timer', timer: 'pulse', delayMs: GRACE_MS },
  );
}

function declareDead(state: Open, context: Context): Step {
  return endOpen(state, { kind: 'unresponsive', action: 'retry' }, context);
}
