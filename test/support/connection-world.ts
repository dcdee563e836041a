/** A world in virtual time around the connection machine: it keeps timers, sockets and token calls as commanded. */

import type { CloseCause } from '../../src/core/connection/close-cause.js';
import type { ConnectionCommand, TimerName } from '../../src/core/connection/command.js';
import type { ConnectionEvent } from '../../src/core/connection/event.js';
import type { Attempt, ConnectionState, DialId, DialReason, Handover } from '../../src/core/connection/state.js';
import type { ConnectionPolicy } from '../../src/core/connection/step.js';
import { currentDialId, initialState, transition } from '../../src/core/connection/transition.js';
import { brokenRules, dialsOf, timersOf } from './connection-rules.js';
import { NOW_MS, POLICY } from './connection-states.js';

/** How the outside answers a command; nothing by itself. */
export type Peer = (command: ConnectionCommand, world: ConnectionWorld) => void;

export interface WorldTerms {
  readonly policy?: Partial<ConnectionPolicy>;
  readonly random?: () => number;
  readonly peer?: Peer;
  /** Timers come due at whole multiples of this, as in a page that is hidden for long; 0 for exactly. */
  readonly tickMs?: number;
}

interface Dial {
  readonly dialId: DialId;
  readonly reason: DialReason;
  readonly attempt: number;
  readonly atMs: number;
}

export class ConnectionWorld {
  readonly policy: ConnectionPolicy;
  readonly timers = new Map<TimerName, number>();
  readonly sockets = new Map<DialId, 'connecting' | 'open' | 'closing'>();
  /** Dials whose token is being fetched; a renewal counts as its dial's. */
  readonly tokenCalls = new Set<DialId>();
  readonly dials: Dial[] = [];
  readonly pingsAtMs: number[] = [];
  readonly retryDelaysMs: number[] = [];
  readonly causes: CloseCause[] = [];
  readonly broken: string[] = [];
  /** Each status that was not the one before. */
  readonly statuses: ConnectionState['status'][] = [];
  nowMs = NOW_MS;
  heardAtMs = 0;
  isOnline = true;
  peer: Peer;
  state: ConnectionState;
  readonly #random: () => number;
  readonly #tickMs: number;
  #soon: { readonly atMs: number; readonly happen: () => void }[] = [];

  constructor({ policy = {}, random = () => 0.5, peer = () => {}, tickMs = 0 }: WorldTerms = {}) {
    this.policy = { ...POLICY, ...policy };
    this.peer = peer;
    this.#random = random;
    this.#tickMs = tickMs;
    this.state = initialState(this.policy.peerAnswersPings);
  }

  get dialId(): DialId {
    return currentDialId(this.state) ?? 0;
  }

  /** What is being dialled, beside a connection in use or not. */
  get attempt(): Attempt | null {
    const { state } = this;
    if (state.status === 'connecting') return state.phase === 'trying' ? state.attempt : null;
    return state.status === 'open' && state.handover.phase === 'trying' ? state.handover.attempt : null;
  }

  /** The dial beside the connection in use; null if there is none. */
  get besideId(): DialId | null {
    return dialsOf(this.state)[1] ?? null;
  }

  dispatch(event: ConnectionEvent): void {
    const before = this.state;
    const step = transition(before, event, {
      nowMs: this.nowMs,
      roll: this.#random(),
      heardAtMs: this.heardAtMs,
      isOnline: this.isOnline,
      policy: this.policy,
    });
    this.broken.push(...brokenRules(before, step));
    this.state = step[0];
    if (this.state.status !== before.status) this.statuses.push(this.state.status);
    const { lastCause } = this.state.record;
    if (lastCause !== null && lastCause !== before.record.lastCause) this.causes.push(lastCause);
    for (const command of step[1]) this.#perform(command);
    this.broken.push(...this.#brokenWorld());
  }

  connect(): void {
    this.dispatch({ type: 'connect-requested' });
  }

  /** The other side of the current dial's socket has its end. */
  closeSocket(
    code: number,
    facts: Partial<Extract<ConnectionEvent, { type: 'socket-closed' }>> = {},
    dialId = this.dialId,
  ): void {
    this.sockets.delete(dialId);
    this.tokenCalls.delete(dialId);
    this.dispatch({ type: 'socket-closed', dialId, code, reason: '', wasClean: true, verdict: null, ...facts });
  }

  /** Brings the dial that is under way one step nearer to open. */
  succeed(): void {
    const { attempt } = this;
    if (attempt === null) return;
    const { dialId } = attempt;
    switch (attempt.phase) {
      case 'authorizing':
        this.tokenCalls.delete(dialId);
        return this.dispatch({ type: 'token-arrived', dialId });
      case 'dialing':
        this.sockets.set(dialId, 'open');
        if (this.state.status !== 'open') this.heardAtMs = this.nowMs;
        return this.dispatch({ type: 'socket-opened', dialId });
      case 'joining':
        this.heardAtMs = this.nowMs;
        return this.dispatch({ type: 'joined', dialId, recovered: 'full', canRenewInBand: true, expiresInMs: null });
    }
  }

  /** A frame comes in on the open socket; the machine hears of it while it is in doubt. */
  hear(isPong: boolean): void {
    if (this.state.status !== 'open') return;
    this.heardAtMs = this.nowMs;
    const isInDoubt = this.state.pulse.phase !== 'resting';
    if (isInDoubt || isPong) this.dispatch({ type: 'life-seen', dialId: this.dialId, isPong });
  }

  after(delayMs: number, happen: () => void): void {
    this.#soon.push({ atMs: this.nowMs + delayMs, happen });
  }

  /** Lets time pass; everything happens when it is due. */
  runFor(durationMs: number): void {
    const endMs = this.nowMs + durationMs;
    for (let next = this.#next(); next !== null && next.atMs <= endMs; next = this.#next()) {
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.happen();
    }
    this.nowMs = endMs;
  }

  /** Lets time pass until the next dial begins, if one is scheduled. */
  runToRetry(): void {
    this.runFor(Math.max(0, (this.timers.get('retry') ?? this.nowMs) - this.nowMs));
  }

  /** Time passes and nothing runs: the device sleeps, or the page is frozen. */
  sleep(durationMs: number): void {
    this.nowMs += durationMs;
  }

  /** Fires a timer now if it is armed; the time that it is late is what has passed since it was due. */
  fire(timer: TimerName): void {
    const dueAtMs = this.timers.get(timer);
    if (dueAtMs === undefined) return;
    this.timers.delete(timer);
    this.dispatch({ type: 'timer-fired', timer, lateMs: Math.max(0, this.nowMs - dueAtMs) });
  }

  #next(): { readonly atMs: number; readonly happen: () => void } | null {
    const timers = [...this.timers].map(([timer, dueAtMs]) => ({
      atMs: this.#tickMs === 0 ? dueAtMs : Math.ceil(dueAtMs / this.#tickMs) * this.#tickMs,
      happen: () => this.fire(timer),
    }));
    const soon = this.#soon.map((reply) => ({
      atMs: reply.atMs,
      happen: () => {
        this.#soon = this.#soon.filter((other) => other !== reply);
        reply.happen();
      },
    }));
    return [...soon, ...timers].reduce<{ atMs: number; happen: () => void } | null>(
      (first, next) => (first === null || next.atMs < first.atMs ? next : first),
      null,
    );
  }

  #perform(command: ConnectionCommand): void {
    switch (command.type) {
      case 'start-timer':
        this.timers.set(command.timer, this.nowMs + command.delayMs);
        if (command.timer === 'retry') this.retryDelaysMs.push(command.delayMs);
        break;
      case 'stop-timer':
        this.timers.delete(command.timer);
        break;
      case 'fetch-token':
        this.tokenCalls.add(command.dialId);
        this.dials.push({ ...command, atMs: this.nowMs });
        break;
      case 'renew-token':
        this.tokenCalls.add(command.dialId);
        break;
      case 'abort-renewal':
        this.tokenCalls.delete(command.dialId);
        break;
      case 'dial':
        this.sockets.set(command.dialId, 'connecting');
        break;
      case 'hang-up':
        this.tokenCalls.delete(command.dialId);
        this.sockets.set(command.dialId, 'closing');
        break;
      case 'drop':
        this.tokenCalls.delete(command.dialId);
        this.sockets.delete(command.dialId);
        break;
      case 'send-ping':
        this.pingsAtMs.push(this.nowMs);
    }
    this.peer(command, this);
  }

  /** What is wrong with the world after a step, in words. */
  #brokenWorld(): string[] {
    const { state, timers } = this;
    const broken: string[] = [];
    for (const timer of timers.keys()) {
      if (!timersOf(state).includes(timer)) broken.push(`I9 ${timer} is armed in ${state.status}`);
    }
    const live = [...this.sockets].filter(([, stage]) => stage !== 'closing');
    const liveMax = this.besideId === null ? 1 : 2;
    if (live.length > liveMax) broken.push(`I7 ${live.length} live sockets`);
    if (this.tokenCalls.size > 1) broken.push(`I13 ${this.tokenCalls.size} token calls at once`);
    if (isLeftAlone(this)) broken.push(`UP-03 ${state.status} and nothing under way`);
    const isOff = state.status === 'closed' || state.status === 'closing';
    if (isOff && live.length > 0) broken.push(`UP-24 ${state.status} with a live socket`);
    if (state.status === 'closed' && this.sockets.size + this.tokenCalls.size + timers.size > 0) {
      broken.push('I8 closed and something is left');
    }
    return broken;
  }
}

/** The dials that nobody asked for by a call. */
export function automaticDials(world: ConnectionWorld): readonly number[] {
  return world.dials.filter(({ reason }) => reason !== 'first' && reason !== 'manual').map(({ atMs }) => atMs);
}

/** The most of these moments in any window of that length. */
export function mostWithin(momentsMs: readonly number[], windowMs: number): number {
  let start = 0;
  return momentsMs.reduce((most, atMs, index) => {
    while ((momentsMs[start] ?? atMs) <= atMs - windowMs) start += 1;
    return Math.max(most, index - start + 1);
  }, 0);
}

/** A server and a network that work: each step takes this long, and pings are answered. */
export function healthyPeer(stepMs = 50): Peer {
  return (command, world) => {
    const answersDial = command.type === 'fetch-token' || command.type === 'dial';
    const opensTwice = command.type === 'dial';
    const forDial = (happen: () => void) => () => {
      if ('dialId' in command && command.dialId === world.dialId) happen();
    };
    const forAttempt = () => {
      if ('dialId' in command && command.dialId === world.attempt?.dialId) world.succeed();
    };
    if (answersDial) world.after(stepMs, forAttempt);
    if (opensTwice) world.after(2 * stepMs, forAttempt);
    if (command.type === 'send-ping')
      world.after(
        stepMs,
        forDial(() => world.hear(true)),
      );
    if (command.type === 'hang-up')
      world.after(
        stepMs,
        forDial(() => world.closeSocket(1000)),
      );
  };
}

/** Wanted, and yet neither a socket, nor a token call, nor a timer, nor a page that is away. */
function isLeftAlone({ state, sockets, tokenCalls, timers }: ConnectionWorld): boolean {
  const dialId = currentDialId(state) ?? 0;
  switch (state.status) {
    case 'connecting': {
      if (state.phase === 'waiting') return !timers.has('retry') && state.record.page !== 'left';
      const isUnderWay = state.attempt.phase === 'authorizing' ? tokenCalls.has(dialId) : sockets.has(dialId);
      return !isUnderWay || !timers.has('attempt');
    }
    case 'open':
      return (
        !sockets.has(dialId) ||
        (!timers.has('pulse') && state.pulse.phase !== 'unjudged') ||
        isBesideLeftAlone(state.handover, { sockets, tokenCalls, timers })
      );
    case 'closing':
      return !timers.has('close');
    case 'closed':
      return false;
  }
}

function isBesideLeftAlone(
  handover: Handover,
  { sockets, tokenCalls, timers }: Pick<ConnectionWorld, 'sockets' | 'tokenCalls' | 'timers'>,
): boolean {
  switch (handover.phase) {
    case 'none':
      return false;
    case 'waiting':
      return handover.dueAtMs !== null && !timers.has('retry');
    case 'trying': {
      const { dialId, phase } = handover.attempt;
      return !(phase === 'authorizing' ? tokenCalls.has(dialId) : sockets.has(dialId)) || !timers.has('attempt');
    }
    case 'draining':
      return !timers.has('close');
  }
}
