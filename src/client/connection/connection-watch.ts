/** Follows the machine from step to step: what begins and ends with a dial, with being open, with a loss. */

import { dialBeside } from '../../core/connection/handover.js';
import type { Attempt, ConnectionState, DialId } from '../../core/connection/state.js';
import { currentDialId } from '../../core/connection/transition.js';
import type { Clock } from '../../ports/clock.js';
import type { MetricsCounter } from '../metrics.js';
import type { Sender } from '../sending/sender.js';

export interface WatchSurroundings {
  readonly clock: Clock;
  readonly metrics: MetricsCounter;
  readonly sender: Sender;
  /** The socket of a dial opened: the server may be spoken to. */
  readonly onJoining: (dialId: DialId) => void;
  readonly onOpened: (dialId: DialId) => void;
  /** Another dial is the one in use from here on; the one before brings its last frames. */
  readonly onTakenOver: (dialId: DialId) => void;
  /** The one before is over, and `dialId` alone is left. */
  readonly onDrained: (dialId: DialId) => void;
  /** A dial beside the one in use is over. */
  readonly onDialEnded: (dialId: DialId) => void;
  /** The dial is over; `wasOpen` tells whether it was in use. */
  readonly onDialLeft: (dialId: DialId, wasOpen: boolean) => void;
}

export class ConnectionWatch {
  readonly #around: WatchSurroundings;
  #dialBeganAtMs = 0;

  constructor(around: WatchSurroundings) {
    this.#around = around;
  }

  follow(before: ConnectionState, after: ConnectionState): void {
    this.#followDials(before, after);
    if (after.record.lastDialId !== before.record.lastDialId) this.#countDial();
    if (after.record.lastCause !== before.record.lastCause) this.#countLoss(before, after);
    const attempt = attemptOf(after);
    if (attempt?.phase === 'joining' && attemptOf(before)?.phase !== 'joining') {
      this.#around.onJoining(attempt.dialId);
    }
    if (after.status !== 'open') return;
    if (before.status !== 'open' || before.dialId !== after.dialId) this.#whenOpened(before, after.dialId);
    else if (after.roundTripMs !== null && after.roundTripMs !== before.roundTripMs) {
      this.#around.metrics.timeRoundTrip(after.roundTripMs);
    }
  }

  #followDials(before: ConnectionState, after: ConnectionState): void {
    const { onDialEnded, onDialLeft, onDrained } = this.#around;
    const served = dialsOf(after);
    const ended = dialsOf(before).filter((dialId) => !served.includes(dialId));
    for (const dialId of ended) {
      if (dialId === currentDialId(before)) onDialLeft(dialId, before.status === 'open');
      else onDialEnded(dialId);
    }
    if (isDraining(before) && after.status === 'open' && !isDraining(after)) onDrained(after.dialId);
  }

  #countDial(): void {
    this.#around.metrics.dials += 1;
    this.#dialBeganAtMs = this.#around.clock.nowMs();
  }

  #whenOpened(before: ConnectionState, dialId: DialId): void {
    this.#around.metrics.timeOpen(this.#around.clock.nowMs() - this.#dialBeganAtMs);
    if (before.status === 'open') this.#around.onTakenOver(dialId);
    else this.#around.onOpened(dialId);
  }

  /** A dial that failed beside the connection in use had no messages. */
  #countLoss(before: ConnectionState, after: ConnectionState): void {
    const dialId = currentDialId(before);
    const { lastCause } = after.record;
    if (lastCause === null) return;
    this.#around.metrics.countLoss(lastCause.kind);
    if (dialId !== null && dialId !== currentDialId(after)) this.#around.sender.blame(dialId, lastCause);
  }
}

/** The dials whose frames count, that in use last. */
function dialsOf(state: ConnectionState): readonly DialId[] {
  const beside = state.status === 'open' ? dialBeside(state.handover) : null;
  const dialId = state.status === 'closing' ? null : currentDialId(state);
  return [beside, dialId].filter((id) => id !== null);
}

function attemptOf(state: ConnectionState): Attempt | null {
  if (state.status === 'connecting') return state.phase === 'trying' ? state.attempt : null;
  return state.status === 'open' && state.handover.phase === 'trying' ? state.handover.attempt : null;
}

function isDraining(state: ConnectionState): boolean {
  return state.status === 'open' && state.handover.phase === 'draining';
}
