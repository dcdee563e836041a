/** One state of each kind, one event of each kind, and the words that tables of both are written in. */

import type { CloseCause } from '../../src/core/connection/close-cause.js';
import type { ConnectionCommand, TimerName } from '../../src/core/connection/command.js';
import type { ConnectionEvent } from '../../src/core/connection/event.js';
import type {
  Attempt,
  Closed,
  ConnectionRecord,
  ConnectionState,
  Handover,
  Open,
  Pulse,
  Renewal,
  Waiting,
} from '../../src/core/connection/state.js';
import type { ConnectionPolicy, Context, Step } from '../../src/core/connection/step.js';
import { initialState } from '../../src/core/connection/transition.js';

export const NOW_MS = 1_000_000;
/** The dial that is under way in every state that has one. */
export const DIAL_ID = 7;

/** The defaults of the options. */
export const POLICY: ConnectionPolicy = {
  delayFirstMs: 1_000,
  delayMaxMs: 30_000,
  factor: 2,
  attemptsMax: Number.POSITIVE_INFINITY,
  stableAfterMs: 10_000,
  dialsPerMinuteMax: 12,
  heartbeatIntervalMs: 25_000,
  heartbeatTimeoutMs: 10_000,
  pingWhenIdleOnly: false,
  peerAnswersPings: true,
  tokenMs: 10_000,
  connectMs: 10_000,
  closeMs: 3_000,
  shouldRetry: () => undefined,
};

export function contextOf(facts: Partial<Context> = {}): Context {
  return { nowMs: NOW_MS, roll: 0.5, heardAtMs: NOW_MS - 4_000, isOnline: true, policy: POLICY, ...facts };
}

export function recordOf(facts: Partial<ConnectionRecord> = {}): ConnectionRecord {
  return { ...initialState(true).record, lastDialId: DIAL_ID, ...facts };
}

export function closedBecause(reason: Closed['reason'], record = recordOf()): Closed {
  return { status: 'closed', reason, cause: null, record };
}

export function waitingFor(waitMs: number | null, record = recordOf()): Waiting {
  const retryAtMs = waitMs === null ? null : NOW_MS + waitMs;
  return { status: 'connecting', phase: 'waiting', reason: 'retry', retryAtMs, record };
}

export function tryingAt(phase: Attempt['phase'], record = recordOf()): ConnectionState {
  const openedAtMs = phase === 'joining' ? NOW_MS - 3_000 : null;
  const attempt: Attempt = {
    dialId: DIAL_ID,
    reason: 'retry',
    phase,
    deadlineAtMs: NOW_MS + 15_000,
    openedAtMs,
    signal: null,
  };
  return { status: 'connecting', phase: 'trying', attempt, record };
}

export const PULSES: Readonly<Record<'resting' | 'beat' | 'probe' | 'slow' | 'grace' | 'unjudged', Pulse>> = {
  resting: { phase: 'resting', lastPingAtMs: NOW_MS - 25_000 },
  beat: { phase: 'awaiting', kind: 'beat', pingSentAtMs: NOW_MS - 2_000, timeoutMs: 10_000 },
  probe: { phase: 'awaiting', kind: 'probe', pingSentAtMs: NOW_MS - 2_000, timeoutMs: 3_000 },
  slow: { phase: 'awaiting', kind: 'slow', pingSentAtMs: NOW_MS - 2_000, timeoutMs: 3_000 },
  grace: { phase: 'grace', pingSentAtMs: NOW_MS - 2_000 },
  unjudged: { phase: 'unjudged', pingSentAtMs: NOW_MS - 2_000 },
};

export const RENEWALS: Readonly<Record<Renewal['phase'], Renewal>> = {
  none: { phase: 'none', beganAtMs: null },
  armed: { phase: 'armed', beganAtMs: NOW_MS - 100_000, atMs: NOW_MS + 50_000 },
  'under-way': { phase: 'under-way', beganAtMs: NOW_MS - 5_000 },
};

/** The other dial of a handover. */
export const BESIDE_ID = 9;

export const HANDOVERS: Readonly<
  Record<
    'none' | 'due' | 'parked' | 'authorizing' | 'dialing' | 'joining' | 'in doubt' | 'draining' | 'wanted again',
    Handover
  >
> = {
  none: { phase: 'none' },
  due: { phase: 'waiting', reason: 'handover', dueAtMs: NOW_MS + 4_000, inDoubt: false },
  parked: { phase: 'waiting', reason: 'handover', dueAtMs: null, inDoubt: false },
  authorizing: successorAt('authorizing'),
  dialing: successorAt('dialing'),
  joining: successorAt('joining'),
  'in doubt': { ...successorAt('joining'), inDoubt: true },
  draining: { phase: 'draining', leavingId: BESIDE_ID, next: null },
  'wanted again': {
    phase: 'draining',
    leavingId: BESIDE_ID,
    next: { reason: 'handover', dueAtMs: NOW_MS + 3_000 },
  },
};

function successorAt(phase: Attempt['phase']): Extract<Handover, { phase: 'trying' }> {
  const openedAtMs = phase === 'joining' ? NOW_MS - 3_000 : null;
  const attempt: Attempt = {
    dialId: BESIDE_ID,
    reason: 'handover',
    phase,
    deadlineAtMs: NOW_MS + 15_000,
    openedAtMs,
    signal: null,
  };
  return { phase: 'trying', attempt, inDoubt: false };
}

/** Open for five minutes, on a server that takes tokens in band. */
export function openAt(facts: Partial<Open> = {}): Open {
  return {
    status: 'open',
    dialId: DIAL_ID,
    sinceMs: NOW_MS - 300_000,
    recovered: 'first',
    roundTripMs: null,
    pulse: PULSES.resting,
    pongsDue: null,
    renewal: RENEWALS.none,
    canRenewInBand: true,
    handover: { phase: 'none' },
    record: recordOf({ hasOpened: true }),
    ...facts,
  };
}

export function closingNow(record = recordOf()): ConnectionState {
  return { status: 'closing', dialId: DIAL_ID, record };
}

type SocketClosed = Extract<ConnectionEvent, { type: 'socket-closed' }>;

export function socketClosed(code: number, facts: Partial<SocketClosed> = {}): SocketClosed {
  const wasClean = code !== 1006;
  return { type: 'socket-closed', dialId: DIAL_ID, code, reason: '', wasClean, verdict: null, ...facts };
}

function timerFired(timer: TimerName, lateMs = 0): Extract<ConnectionEvent, { type: 'timer-fired' }> {
  return { type: 'timer-fired', timer, lateMs };
}

/** An event of every kind, those of a dial for the one that is under way, by the names that tables use. */
export const EVENTS = {
  connect: { type: 'connect-requested' },
  reconnect: { type: 'reconnect-requested' },
  close: { type: 'close-requested' },
  dispose: { type: 'dispose-requested' },
  send: { type: 'send-requested' },
  'token arrives': { type: 'token-arrived', dialId: DIAL_ID },
  'token fails': { type: 'token-failed', dialId: DIAL_ID, kind: 'token-failed', reason: null },
  'no token': { type: 'token-failed', dialId: DIAL_ID, kind: 'no-token', reason: null },
  'provider stops': { type: 'token-failed', dialId: DIAL_ID, kind: 'stopped-by-provider', reason: 'banned' },
  'dial fails': { type: 'dial-failed', dialId: DIAL_ID, action: 'retry' },
  'socket opens': { type: 'socket-opened', dialId: DIAL_ID },
  joined: { type: 'joined', dialId: DIAL_ID, recovered: 'full', canRenewInBand: true, expiresInMs: null },
  life: { type: 'life-seen', dialId: DIAL_ID, isPong: false },
  pong: { type: 'life-seen', dialId: DIAL_ID, isPong: true },
  'ack overdue': { type: 'connection-failed', dialId: DIAL_ID, kind: 'ack-overdue' },
  'bad frames': { type: 'connection-failed', dialId: DIAL_ID, kind: 'bad-frames' },
  'probe wanted': { type: 'probe-requested', dialId: DIAL_ID },
  'token rejected': { type: 'token-rejected', dialId: DIAL_ID },
  'pause hinted': { type: 'pause-hinted', dialId: DIAL_ID, retryAfterMs: 7_000 },
  drained: { type: 'drained', dialId: DIAL_ID },
  'lifetime told': { type: 'token-lifetime-told', dialId: DIAL_ID, expiresInMs: 100_000 },
  'token expiring': { type: 'token-expiring', dialId: DIAL_ID },
  'socket closes': socketClosed(1006),
  'retry timer': timerFired('retry'),
  'attempt timer': timerFired('attempt'),
  'pulse timer': timerFired('pulse'),
  'late pulse timer': timerFired('pulse', 1_001),
  'renew timer': timerFired('renew'),
  'close timer': timerFired('close'),
  'page visible': { type: 'page-changed', view: 'visible' },
  'page hidden': { type: 'page-changed', view: 'hidden' },
  'page left': { type: 'page-changed', view: 'left' },
  woken: { type: 'woken' },
  online: { type: 'went-online' },
  offline: { type: 'went-offline' },
} as const satisfies Readonly<Record<string, ConnectionEvent>>;

export type EventName = keyof typeof EVENTS;

/** A state in a few words. */
function nameOf(state: ConnectionState): string {
  switch (state.status) {
    case 'connecting':
      if (state.phase === 'trying') return `${state.attempt.phase} #${state.attempt.dialId} ${state.attempt.reason}`;
      if (state.retryAtMs === null) return 'parked';
      return `waiting ${Math.round(state.retryAtMs - NOW_MS)} ${state.reason}`;
    case 'open':
      return `open #${state.dialId}`;
    case 'closing':
      return `closing #${state.dialId}`;
    case 'closed':
      return state.cause === null ? `closed ${state.reason}` : `closed ${state.reason} by ${causeOf(state.cause)}`;
  }
}

/** A step in a few words: what became of the state, then what is to be done. `noted` if only facts changed. */
export function outcomeOf(before: ConnectionState, [after, commands]: Step): string {
  return [...changesOf(before, after), ...commands.map(orderOf)].join(', ') || 'nothing';
}

function orderOf(command: ConnectionCommand): string {
  switch (command.type) {
    case 'start-timer':
      return `+${command.timer} ${Math.round(command.delayMs)}`;
    case 'stop-timer':
      return `-${command.timer}`;
    case 'fetch-token':
      return `token #${command.dialId}`;
    case 'drop':
      return `drop #${command.dialId} ${command.code}`;
    default:
      return `${command.type} #${command.dialId}`;
  }
}

function changesOf(before: ConnectionState, after: ConnectionState): string[] {
  if (before.status !== 'open' || after.status !== 'open') {
    if (nameOf(before) !== nameOf(after)) return [nameOf(after)];
    return isSame(before, after) ? [] : ['noted'];
  }
  const changes: string[] = [];
  if (pulseOf(before.pulse) !== pulseOf(after.pulse)) changes.push(pulseOf(after.pulse));
  if (before.renewal.phase !== after.renewal.phase) changes.push(`renewal ${after.renewal.phase}`);
  if (before.dialId !== after.dialId) changes.push(`uses #${after.dialId}`);
  if (besideOf(before.handover) !== besideOf(after.handover)) changes.push(besideOf(after.handover));
  if (before.roundTripMs !== after.roundTripMs) changes.push(`round trip ${after.roundTripMs}`);
  return changes.length === 0 && !isSame(before.record, after.record) ? ['noted'] : changes;
}

/** What is beside a connection in use, in a few words. */
function besideOf(handover: Handover): string {
  switch (handover.phase) {
    case 'none':
      return 'alone';
    case 'waiting':
      return handover.dueAtMs === null ? 'try parked' : `try in ${Math.round(handover.dueAtMs - NOW_MS)}`;
    case 'trying':
      return `${handover.attempt.phase} #${handover.attempt.dialId} ${handover.attempt.reason}`;
    case 'draining':
      return [
        `drains #${handover.leavingId}`,
        handover.next === null ? '' : `next in ${handover.next.dueAtMs - NOW_MS}`,
      ]
        .filter((part) => part !== '')
        .join(', ');
  }
}

function pulseOf(pulse: Pulse): string {
  return pulse.phase === 'awaiting' ? pulse.kind : pulse.phase;
}

function causeOf(cause: CloseCause): string {
  return cause.code === null ? cause.kind : `${cause.kind} ${cause.code}`;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
