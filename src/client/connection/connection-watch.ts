/** Follows the machine from step to step: what begins and ends with a dial, with being open, with a loss. */

import type { ConnectionState, DialId } from '../../core/connection/state.js';
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
  /** The dial is over; `wasOpen` tells whether anything was in use. */
  readonly onDialLeft: (wasOpen: boolean) => void;
}

export class ConnectionWatch {
  readonly #around: WatchSurroundings;
  #dialBeganAtMs = 0;

  constructor(around: WatchSurroundings) {
    this.#around = around;
  }

  follow(before: ConnectionState, after: ConnectionState): void {
    const dialId = currentDialId(after);
    if (currentDialId(before) !== dialId || after.status === 'closing') {
      this.#around.onDialLeft(before.status === 'open');
    }
    if (after.record.lastDialId !== before.record.lastDialId) this.#countDial();
    if (after.record.lastCause !== before.record.lastCause) this.#countLoss(currentDialId(before), after);
    if (dialId !== null && isJoining(after) && !isJoining(before)) this.#around.onJoining(dialId);
    if (after.status !== 'open') return;
    if (before.status !== 'open') this.#whenOpened(after.dialId);
    else if (after.roundTripMs !== null && after.roundTripMs !== before.roundTripMs) {
      this.#around.metrics.timeRoundTrip(after.roundTripMs);
    }
  }

  #countDial(): void {
    this.#around.metrics.dials += 1;
    this.#dialBeganAtMs = this.#around.clock.nowMs();
  }

  #whenOpened(dialId: DialId): void {
    this.#around.metrics.timeOpen(this.#around.clock.nowMs() - this.#dialBeganAtMs);
    this.#around.onOpened(dialId);
  }

  #countLoss(dialId: DialId | null, after: ConnectionState): void {
    const { lastCause } = after.record;
    if (lastCause === null) return;
    this.#around.metrics.countLoss(lastCause.kind);
    if (dialId !== null) this.#around.sender.blame(dialId, lastCause);
  }
}

function isJoining(state: ConnectionState): boolean {
  return state.status === 'connecting' && state.phase === 'trying' && state.attempt.phase === 'joining';
}
