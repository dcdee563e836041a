/** After a loss: dial again, wait, or give up. */

import { clampDelayMs, hintedDelayMs, limiterDelayMs, retryDelayMs } from './backoff.js';
import type { CloseCause } from './close-cause.js';
import type { CloseAction } from './close-code.js';
import type { ConnectionCommand } from './command.js';
import { type Cut, countCut, diagnoseCuts } from './cuts.js';
import type { DialEvent } from './event.js';
import type { Attempt, ConnectionRecord, DialId, DialReason, Trying } from './state.js';
import { type Context, go, type Step } from './step.js';

/** A second refusal of a fresh token in a row means that no token will do. */
const TOKENS_REFUSED_MAX = 2;
/** A token that is no good is refused at once; one that a connection served with for this long was good, and is over. */
const REFUSED_WITHIN_MS = 1_000;
/** Handshakes refused in a row before the cause is diagnosed. */
export const REFUSALS_TO_DIAGNOSE = 3;
/** A socket that ended without a close handshake. */
const ABNORMAL_CODE = 1006;
/** Longer reasons are cut: they come from the wire and go to logs. */
const REASON_CHARS_MAX = 123;

/** What is known of a loss when it happens. */
export interface LossFacts {
  readonly kind: CloseCause['kind'];
  readonly action: CloseAction;
  readonly everOpened: boolean;
  readonly openedAtMs?: number;
  readonly code?: number;
  readonly reason?: string;
  readonly wasClean?: boolean;
  readonly retryAfterMs?: number | null;
}

/** A loss, and the one before it. */
interface KnownLoss {
  readonly cause: CloseCause;
  readonly before: CloseCause | null;
}

/** What a failed token call means: try again, or stop with the provider's words. */
export function readTokenFailure({
  kind,
  reason,
}: Extract<DialEvent, { readonly type: 'token-failed' }>): Pick<LossFacts, 'kind' | 'action' | 'reason'> {
  return { kind, action: kind === 'token-failed' ? 'retry' : 'stop', ...(reason === null ? {} : { reason }) };
}

/** Decides what comes after a loss. */
export function lose(record: ConnectionRecord, facts: LossFacts, context: Context): Step {
  const settled = settleRecord(record, facts, context);
  const cause = readCause(settled, facts, context);
  const known: ConnectionRecord = { ...settled, lastCause: cause, hintedPauseMs: null };
  if (cause.action === 'stop') return giveUp('stopped', known, cause);
  const loss = { cause, before: settled.lastCause };
  return cause.action === 'renew-token' ? renewToken(known, loss, context) : retryLater(known, loss, context);
}

/** How the dial that is lost is ended; 4002 tells the server that an ack was overdue. */
export function dropAfter(kind: CloseCause['kind'], dialId: DialId): ConnectionCommand {
  return { type: 'drop', dialId, code: kind === 'ack-overdue' ? 4002 : 4000 };
}

/** Starts a dial now. Dials that the user asked for are not counted against the limiter. */
export function beginAttempt(
  record: ConnectionRecord,
  reason: DialReason,
  context: Context,
): readonly [Trying, readonly ConnectionCommand[]] {
  const { policy, nowMs } = context;
  const dialId = record.lastDialId + 1;
  const automaticDialsAtMs = isAutomatic(reason)
    ? [...record.automaticDialsAtMs, nowMs].slice(-policy.dialsPerMinuteMax)
    : record.automaticDialsAtMs;
  const attempt: Attempt = {
    dialId,
    reason,
    phase: 'authorizing',
    deadlineAtMs: nowMs + policy.tokenMs + policy.connectMs,
    openedAtMs: null,
    signal: null,
  };
  return [
    { status: 'connecting', phase: 'trying', attempt, record: { ...record, lastDialId: dialId, automaticDialsAtMs } },
    [
      { type: 'start-timer', timer: 'attempt', delayMs: policy.tokenMs },
      { type: 'fetch-token', dialId, reason, attempt: record.retries, lastClose: record.lastCause },
    ],
  ];
}

/** It was counted when its token was asked for. The limit is one of sockets, and much time may lie between the two. */
export function countAgain(record: ConnectionRecord, { reason }: Attempt, nowMs: number): ConnectionRecord {
  if (!isAutomatic(reason)) return record;
  return { ...record, automaticDialsAtMs: [...record.automaticDialsAtMs.slice(0, -1), nowMs] };
}

function isAutomatic(reason: DialReason): boolean {
  return reason !== 'first' && reason !== 'manual';
}

/** Schedules a dial, or parks it while the page is left: its timers would not run. */
export function wait(
  record: ConnectionRecord,
  next: { readonly reason: DialReason; readonly delayMs: number },
  context: Context,
): Step {
  if (record.page === 'left') {
    return go({ status: 'connecting', phase: 'waiting', reason: 'wake', retryAtMs: null, record });
  }
  const limitedMs = limiterDelayMs(record.automaticDialsAtMs, context.nowMs, context.policy.dialsPerMinuteMax);
  const delayMs = Math.max(clampDelayMs(next.delayMs), limitedMs);
  return go(
    {
      status: 'connecting',
      phase: 'waiting',
      reason: next.reason,
      retryAtMs: context.nowMs + delayMs,
      record,
    },
    { type: 'start-timer', timer: 'retry', delayMs },
  );
}

/** The record of a fresh start: the user asked, or the device woke. */
export function startAfresh(record: ConnectionRecord): ConnectionRecord {
  return { ...record, retries: 0, retriesSpent: 0, tokensRefused: 0, handshakesRefused: 0 };
}

function settleRecord(record: ConnectionRecord, facts: LossFacts, context: Context): ConnectionRecord {
  const wasStable = facts.openedAtMs !== undefined && context.nowMs - facts.openedAtMs >= context.policy.stableAfterMs;
  // A connection that opened and ended for another reason shows that its token was good.
  const isTokenProven = facts.openedAtMs !== undefined && facts.action !== 'renew-token';
  const known = isTokenProven ? { ...record, tokensRefused: 0 } : record;
  const base = { ...(wasStable ? startAfresh(known) : known), cuts: cutsAfter(record, facts, context) };
  const wasRefused = facts.kind === 'socket-closed' && !facts.everOpened;
  return wasRefused && context.isOnline ? { ...base, handshakesRefused: base.handshakesRefused + 1 } : base;
}

/** An attempt that never opened says nothing about those that did. */
function cutsAfter({ cuts }: ConnectionRecord, { code, openedAtMs }: LossFacts, context: Context): readonly Cut[] {
  if (openedAtMs === undefined) return cuts;
  const isCut = code === ABNORMAL_CODE;
  return countCut(cuts, isCut ? { ageMs: context.nowMs - openedAtMs, quietMs: quietMsOf(openedAtMs, context) } : null);
}

function quietMsOf(openedAtMs: number, { nowMs, heardAtMs }: Context): number {
  return nowMs - Math.max(openedAtMs, heardAtMs);
}

function readCause(record: ConnectionRecord, facts: LossFacts, context: Context): CloseCause {
  const wasRefused = facts.kind === 'socket-closed' && !facts.everOpened;
  const isLastToken = isRefusal(facts, context) && record.tokensRefused + 1 >= TOKENS_REFUSED_MAX;
  // The application sees it, and the machine goes on deciding by it.
  const cause: CloseCause = Object.freeze({
    kind: isLastToken ? 'token-refused' : facts.kind,
    code: facts.code ?? null,
    reason: facts.reason?.slice(0, REASON_CHARS_MAX) ?? null,
    wasClean: facts.wasClean ?? false,
    everOpened: facts.everOpened,
    ageMs: facts.openedAtMs === undefined ? null : context.nowMs - facts.openedAtMs,
    quietMs: facts.openedAtMs === undefined ? null : quietMsOf(facts.openedAtMs, context),
    atMs: context.nowMs,
    action: isLastToken ? 'stop' : facts.action,
    retryAfterMs: facts.retryAfterMs ?? record.hintedPauseMs,
    diagnosis: wasRefused ? diagnoseRefusals(record) : facts.code === ABNORMAL_CODE ? diagnoseCuts(record.cuts) : null,
  });
  return Object.freeze({ ...cause, action: overrule(cause, context.policy.shouldRetry(cause)) });
}

/** Not an end of what was accepted: the life of a token may be shorter than that of any connection. */
function isRefusal({ action, openedAtMs }: LossFacts, { nowMs }: Context): boolean {
  return action === 'renew-token' && (openedAtMs === undefined || nowMs - openedAtMs < REFUSED_WITHIN_MS);
}

function diagnoseRefusals({ handshakesRefused }: ConnectionRecord): CloseCause['diagnosis'] {
  return handshakesRefused >= REFUSALS_TO_DIAGNOSE ? 'handshake-refused' : null;
}

/** The application may keep trying where the table would stop, or stop where it would try. */
function overrule(cause: CloseCause, shouldRetry: boolean | undefined): CloseAction {
  if (shouldRetry === false) return 'stop';
  if (shouldRetry === true && cause.action === 'stop') return 'retry';
  return cause.action;
}

/** Handshakes are refused for a reason that another dial does not change. */
export function stopRefused(record: ConnectionRecord): Step {
  const { lastCause } = record;
  if (lastCause === null) return giveUp('stopped', record, null);
  const cause: CloseCause = Object.freeze({ ...lastCause, action: 'stop' });
  return giveUp('stopped', { ...record, lastCause: cause }, cause);
}

function giveUp(reason: 'stopped' | 'exhausted', record: ConnectionRecord, cause: CloseCause | null): Step {
  return go({ status: 'closed', reason, cause, record });
}

/** Two in a row that are not refusals were both good, and over soon: such a server sees growing delays, as one that drops. */
function renewToken(record: ConnectionRecord, loss: KnownLoss, context: Context): Step {
  if (record.tokensRefused > 0) return climb(record, loss, { reason: 'auth-failed', context });
  const delayMs = hintedDelayMs(loss.cause.retryAfterMs, context.roll, 0) ?? 0;
  return wait({ ...record, tokensRefused: 1 }, { reason: 'auth-failed', delayMs }, context);
}

function retryLater(record: ConnectionRecord, loss: KnownLoss, context: Context): Step {
  const retriesSpent = record.page === 'visible' ? record.retriesSpent + 1 : record.retriesSpent;
  if (retriesSpent > context.policy.attemptsMax) return giveUp('exhausted', record, loss.cause);
  return climb({ ...record, retriesSpent }, loss, { reason: 'retry', context });
}

/** Waits on the next rung of the ladder. */
function climb(
  record: ConnectionRecord,
  { cause, before }: KnownLoss,
  { reason, context }: { readonly reason: DialReason; readonly context: Context },
): Step {
  const { roll, nowMs, policy } = context;
  const retry = record.retries + 1;
  const hintMs = cause.retryAfterMs;
  const delayMs = retryDelayMs({ retry, code: cause.code, hintMs, roll, nowMs, before }, policy);
  return wait({ ...record, retries: retry }, { reason, delayMs }, context);
}
