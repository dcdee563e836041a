/** Open: frames prove life, the token is renewed, and a loss leads to the next dial. */

import { restartDelayMs } from './backoff.js';
import { readCloseCode } from './close-code.js';
import type { ConnectionEvent } from './event.js';
import { dropBeside, endOpen, seekSuccessor, trySuccessor } from './handover.js';
import { feelPulse, judgeOverdueAck, probe, probeForAck, seeLife } from './pulse.js';
import { armRenewal, renewSoon, whenRenewalFailed, whenRenewTimerFired } from './renewal.js';
import { readTokenFailure, startAfresh } from './retry.js';
import type { Open, PageView } from './state.js';
import { type Context, go, type Step, stay } from './step.js';
import { whenBeside } from './when-beside.js';
import { whenWaiting } from './when-waiting.js';

export function whenOpen(state: Open, event: ConnectionEvent, context: Context): Step {
  if ('dialId' in event && event.dialId !== state.dialId) return whenBeside(state, event, context);
  switch (event.type) {
    case 'life-seen':
      return seeLife(state, event.isPong, context);
    case 'timer-fired':
      return whenTimerFired(state, event, context);
    case 'woken':
    case 'went-online':
    case 'went-offline':
      return probe(state, context);
    case 'probe-requested':
      return probeForAck(state, context);
    case 'page-changed':
      return whenPageChanged(state, event.view, context);
    case 'token-expiring':
      return renewSoon(state, context);
    case 'token-lifetime-told':
      return armRenewal(state, event.expiresInMs, context);
    case 'token-failed':
      return event.kind === 'token-failed'
        ? whenRenewalFailed(state, context)
        : endOpen(state, readTokenFailure(event), context);
    case 'connection-failed':
      return event.kind === 'ack-overdue'
        ? judgeOverdueAck(state, context)
        : endOpen(state, { kind: event.kind, action: 'retry' }, context);
    case 'pause-hinted':
      return whenRestartAnnounced(state, event.retryAfterMs, context);
    case 'socket-closed':
      return whenSocketClosed(state, event, context);
    case 'reconnect-requested':
      return seekSuccessor(
        { ...state, record: startAfresh(state.record) },
        { reason: 'manual', delayMs: 0, inDoubt: false },
        context,
      );
    case 'close-requested':
      return go(
        { status: 'closing', dialId: state.dialId, record: state.record },
        { type: 'start-timer', timer: 'close', delayMs: context.policy.closeMs },
        ...dropBeside(state),
        { type: 'hang-up', dialId: state.dialId },
      );
    default:
      return stay(state);
  }
}

function whenTimerFired(state: Open, event: Extract<ConnectionEvent, { type: 'timer-fired' }>, context: Context): Step {
  switch (event.timer) {
    case 'pulse':
      return feelPulse(state, event.lateMs, context);
    case 'renew':
      return whenRenewTimerFired(state, context);
    case 'retry':
      return trySuccessor(state, context);
    case 'attempt':
    case 'close':
      return whenBeside(state, event, context);
  }
}

function whenPageChanged(state: Open, page: PageView, context: Context): Step {
  if (state.record.page === 'left' && page !== 'left') return comeBack(state, page, context);
  const seen: Open = { ...state, record: { ...state.record, page } };
  const { handover } = state;
  const wasParked = handover.phase === 'waiting' && handover.dueAtMs === null && page !== 'left';
  const [next, commands] = wasParked ? trySuccessor(seen, context) : go(seen);
  if (page !== 'visible') return go(next, ...commands);
  const [probed, pings] = probe(next, context);
  return go(probed, ...commands, ...pings);
}

/** The pause is kept where the connection ends first; until then another one may take over, spread with all the others. */
function whenRestartAnnounced(state: Open, retryAfterMs: number, context: Context): Step {
  const hinted: Open = { ...state, record: { ...state.record, hintedPauseMs: retryAfterMs } };
  const delayMs = restartDelayMs(retryAfterMs, context.roll);
  return seekSuccessor(hinted, { reason: 'handover', delayMs, inDoubt: false }, context);
}

/** Browsers close the sockets of a page that they put aside, and tell it only after it is shown again. */
function comeBack(state: Open, page: PageView, context: Context): Step {
  const alone: Open = { ...state, handover: { phase: 'none' } };
  const [lost, ended] = endOpen(alone, { kind: 'socket-closed', action: 'retry' }, context);
  const endings = [...dropBeside(state), ...ended];
  if (lost.status !== 'connecting' || lost.phase !== 'waiting') return go(lost, ...endings);
  const [next, commands] = whenWaiting(lost, { type: 'page-changed', view: page }, context);
  return go(next, ...endings, ...commands);
}

function whenSocketClosed(
  state: Open,
  event: Extract<ConnectionEvent, { type: 'socket-closed' }>,
  context: Context,
): Step {
  const { code, reason, wasClean, verdict } = event;
  return endOpen(
    state,
    {
      kind: 'socket-closed',
      code,
      reason,
      wasClean,
      action: verdict?.action ?? readCloseCode(code),
      retryAfterMs: verdict?.retryAfterMs ?? null,
    },
    context,
  );
}
