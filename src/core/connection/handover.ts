/** Make before break: a fresh connection is dialled while the one in use serves, and takes over when it is ready. */

import { clampDelayMs, limiterDelayMs } from './backoff.js';
import type { ConnectionCommand } from './command.js';
import { beginAttempt, dropAfter, type LossFacts, lose } from './retry.js';
import type { DialId, DialReason, Handover, Open } from './state.js';
import { type Context, go, type Step, stay } from './step.js';

/** A fresh connection that is wanted. */
export interface SuccessorPlan {
  readonly reason: DialReason;
  readonly delayMs: number;
  readonly inDoubt: boolean;
}

type OpenStep = readonly [Open, readonly ConnectionCommand[]];

/** Wants a fresh connection; there is one dial beside the connection in use, whoever else wants one. */
export function seekSuccessor(state: Open, plan: SuccessorPlan, context: Context): OpenStep {
  const { handover } = state;
  switch (handover.phase) {
    case 'none':
      return schedule(state, plan, context);
    case 'waiting':
      // What is under way is kept, or a server that asks again and again would put it off for ever.
      return plan.reason === 'manual' ? schedule(state, plan, context) : go(firmly(state, handover, plan));
    case 'trying':
      return go(firmly(state, handover, plan));
    case 'draining': {
      if (plan.inDoubt || (handover.next !== null && plan.reason !== 'manual')) return stay(state);
      const next = { reason: plan.reason, dueAtMs: context.nowMs + plan.delayMs };
      return go({ ...state, handover: { ...handover, next } });
    }
  }
}

/** The time of a try has come. While the page is left it waits on. */
export function trySuccessor(state: Open, context: Context): OpenStep {
  const { handover } = state;
  return handover.phase === 'waiting' ? schedule(state, { ...handover, delayMs: 0 }, context) : stay(state);
}

/** The connection in use has answered after all, so what was dialled only for its silence is given up. */
export function endDoubt(state: Open): OpenStep {
  const { handover } = state;
  const isDoubt = (handover.phase === 'waiting' || handover.phase === 'trying') && handover.inDoubt;
  return isDoubt ? [{ ...state, handover: { phase: 'none' } }, dropBeside(state)] : [state, []];
}

/** Nothing more is awaited from the connection that was in use before. */
export function finishDraining(state: Open, context: Context): OpenStep {
  const { handover } = state;
  if (handover.phase !== 'draining') return stay(state);
  const done: Open = { ...state, handover: { phase: 'none' } };
  const drop: ConnectionCommand = { type: 'drop', dialId: handover.leavingId, code: 1000 };
  if (handover.next === null) return go(done, drop);
  const { reason, dueAtMs } = handover.next;
  const delayMs = Math.max(0, dueAtMs - context.nowMs);
  const [next, commands] = schedule(done, { reason, delayMs, inDoubt: false }, context);
  return go(next, drop, ...commands);
}

/** The connection in use is over. What is being dialled beside it is the next attempt already. */
export function endOpen(state: Open, facts: Omit<LossFacts, 'everOpened' | 'openedAtMs'>, context: Context): Step {
  const loss: LossFacts = { ...facts, everOpened: true, openedAtMs: state.sinceMs };
  const drop = dropAfter(facts.kind, state.dialId);
  const [next, commands] = lose(state.record, loss, context);
  const { handover } = state;
  const isStopped = next.status === 'closed' && next.reason !== 'exhausted';
  if (handover.phase === 'trying' && !isStopped) {
    return go({ status: 'connecting', phase: 'trying', attempt: handover.attempt, record: next.record }, drop);
  }
  return [next, [drop, ...dropBeside(state), ...commands]];
}

/** Ends what there is beside the connection in use. */
export function dropBeside({ handover }: Open): readonly ConnectionCommand[] {
  const dialId = dialBeside(handover);
  return dialId === null ? [] : [{ type: 'drop', dialId, code: 1000 }];
}

/** The dial beside the connection in use: the one that comes, or the one that goes. */
export function dialBeside(handover: Handover): DialId | null {
  if (handover.phase === 'trying') return handover.attempt.dialId;
  return handover.phase === 'draining' ? handover.leavingId : null;
}

/** One that was wanted for a doubt alone is wanted for a better reason now. */
function firmly(
  state: Open,
  handover: Extract<Handover, { phase: 'waiting' | 'trying' }>,
  { inDoubt }: SuccessorPlan,
): Open {
  return { ...state, handover: { ...handover, inDoubt: handover.inDoubt && inDoubt } };
}

function schedule(state: Open, plan: SuccessorPlan, context: Context): OpenStep {
  const { reason, inDoubt } = plan;
  const { record } = state;
  // The user's own word is neither counted nor kept waiting.
  if (reason === 'manual') return begin(state, plan, context);
  if (record.page === 'left') {
    return go({ ...state, handover: { phase: 'waiting', reason, dueAtMs: null, inDoubt } });
  }
  const limitedMs = limiterDelayMs(record.automaticDialsAtMs, context.nowMs, context.policy.dialsPerMinuteMax);
  const delayMs = Math.max(clampDelayMs(plan.delayMs), limitedMs);
  if (delayMs === 0) return begin(state, plan, context);
  return go(
    { ...state, handover: { phase: 'waiting', reason, dueAtMs: context.nowMs + delayMs, inDoubt } },
    { type: 'start-timer', timer: 'retry', delayMs },
  );
}

/** Its token comes from the provider like every other; two calls at once would confuse that, so another one is ended. */
function begin(state: Open, { reason, inDoubt }: SuccessorPlan, context: Context): OpenStep {
  const [{ attempt, record }, commands] = beginAttempt(state.record, reason, context);
  const begun: Open = { ...state, handover: { phase: 'trying', attempt, inDoubt }, record };
  if (state.renewal.phase !== 'under-way') return go(begun, ...commands);
  const { beganAtMs } = state.renewal;
  return go(
    { ...begun, renewal: { phase: 'none', beganAtMs } },
    { type: 'abort-renewal', dialId: state.dialId },
    { type: 'stop-timer', timer: 'renew' },
    ...commands,
  );
}
