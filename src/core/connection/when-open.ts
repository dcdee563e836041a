/** Open: frames prove life, the token is renewed, and a loss leads to the next dial. */

import { readCloseCode } from './close-code.js';
import type { ConnectionEvent } from './event.js';
import { feelPulse, probe, seeLife } from './pulse.js';
import { armRenewal, renewSoon, whenRenewalFailed, whenRenewTimerFired } from './renewal.js';
import { beginAttempt, dropAfter, type LossFacts, lose, readTokenFailure, startAfresh } from './retry.js';
import type { Open, PageView } from './state.js';
import { type Context, endingFirst, go, type Step, stay } from './step.js';
import { whenWaiting } from './when-waiting.js';

export function whenOpen(state: Open, event: ConnectionEvent, context: Context): Step {
  switch (event.type) {
    case 'life-seen':
      return seeLife(state, event.isPong, context);
    case 'timer-fired':
      return whenTimerFired(state, event, context);
    case 'woken':
    case 'went-online':
    case 'went-offline':
    case 'probe-requested':
      return probe(state, context);
    case 'page-changed':
      return whenPageChanged(state, event.view, context);
    case 'token-expiring':
      return renewSoon(state, context);
    case 'token-lifetime-told':
      return armRenewal(state, event.expiresInMs, context);
    case 'token-failed':
      return event.kind === 'token-failed'
        ? whenRenewalFailed(state, context)
        : end(state, readTokenFailure(event), context);
    case 'connection-failed':
      return end(state, { kind: event.kind, action: 'retry' }, context);
    case 'pause-hinted':
      return go({ ...state, record: { ...state.record, hintedPauseMs: event.retryAfterMs } });
    case 'socket-closed':
      return whenSocketClosed(state, event, context);
    case 'reconnect-requested':
      return endingFirst(
        { type: 'drop', dialId: state.dialId, code: 1000 },
        beginAttempt(startAfresh(state.record), 'manual', context),
      );
    case 'close-requested':
      return go(
        { status: 'closing', dialId: state.dialId, record: state.record },
        { type: 'start-timer', timer: 'close', delayMs: context.policy.closeMs },
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
    default:
      return stay(state);
  }
}

function whenPageChanged(state: Open, page: PageView, context: Context): Step {
  if (state.record.page === 'left' && page !== 'left') return comeBack(state, page, context);
  const seen: Open = { ...state, record: { ...state.record, page } };
  return page === 'visible' ? probe(seen, context) : go(seen);
}

/** Browsers close the sockets of a page that they put aside, and tell it only after it is shown again. */
function comeBack(state: Open, page: PageView, context: Context): Step {
  const [lost, endings] = end(state, { kind: 'socket-closed', action: 'retry' }, context);
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
  return end(
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

function end(state: Open, facts: Omit<LossFacts, 'everOpened' | 'openedAtMs'>, context: Context): Step {
  const loss: LossFacts = { ...facts, everOpened: true, openedAtMs: state.sinceMs };
  return endingFirst(dropAfter(facts.kind, state.dialId), lose(state.record, loss, context));
}
