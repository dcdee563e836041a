import type { ConnectionCommand, TimerName } from '../../core/connection/command.js';
import type { ConnectionEvent } from '../../core/connection/event.js';
import type { ConnectionState } from '../../core/connection/state.js';
import type { ConnectionPolicy } from '../../core/connection/step.js';
import { initialState, transition } from '../../core/connection/transition.js';
import type { Clock } from '../../ports/clock.js';
import type { PageSignals } from '../../ports/page-signals.js';
import type { Random } from '../../ports/random.js';
import { NamedTimers } from '../named-timers.js';
import type { Turn } from '../telling/turn.js';

export interface LoopSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly pageSignals: PageSignals;
  readonly policy: ConnectionPolicy;
  readonly turn: Turn;
  /** When the last frame came in on the current socket. */
  readonly heardAtMs: () => number;
  readonly perform: (command: Exclude<ConnectionCommand, { type: 'start-timer' | 'stop-timer' }>) => void;
  /** After each step that changed the state, before its commands. */
  readonly onStep: (before: ConnectionState, after: ConnectionState) => void;
}

/** Event in, step, commands out; one at a time, whatever happens meanwhile. */
export class ConnectionLoop {
  readonly #around: LoopSurroundings;
  readonly #timers: NamedTimers<TimerName>;
  readonly #events: ConnectionEvent[] = [];
  #state: ConnectionState;
  #isStepping = false;

  constructor(around: LoopSurroundings) {
    this.#around = around;
    this.#state = initialState(around.policy.peerAnswersPings);
    this.#timers = new NamedTimers(around.clock, (timer, lateMs) => {
      around.turn.run(() => this.dispatch({ type: 'timer-fired', timer, lateMs }));
    });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get isDisposed(): boolean {
    return this.#state.status === 'closed' && this.#state.reason === 'disposed';
  }

  /** True while the machine waits for any frame as a sign of life; else frames need not be told one by one. */
  get isPulseInDoubt(): boolean {
    return this.#state.status === 'open' && this.#state.pulse.phase !== 'resting';
  }

  dispatch(event: ConnectionEvent): void {
    this.#events.push(event);
    if (this.#isStepping) return;
    this.#isStepping = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) this.#step(next);
    } finally {
      this.#isStepping = false;
    }
  }

  #step(event: ConnectionEvent): void {
    const { clock, random, pageSignals, policy, heardAtMs, onStep } = this.#around;
    const before = this.#state;
    const [after, commands] = transition(before, event, {
      nowMs: clock.nowMs(),
      roll: random(),
      heardAtMs: heardAtMs(),
      isOnline: pageSignals.isOnline(),
      policy,
    });
    this.#state = after;
    if (after !== before) onStep(before, after);
    for (const command of commands) this.#perform(command);
  }

  #perform(command: ConnectionCommand): void {
    switch (command.type) {
      case 'start-timer':
        this.#timers.start(command.timer, command.delayMs);
        return;
      case 'stop-timer':
        this.#timers.stop(command.timer);
        return;
      default:
        this.#around.perform(command);
    }
  }
}
