/** The connection as users see it: the same view until something in it changed. */

import type { ConnectionState } from '../../core/connection/state.js';
import type { Clock } from '../../ports/clock.js';
import type { ChatSnapshot } from '../chat-snapshot.js';
import type { Turn } from '../telling/turn.js';
import { isSameView, viewConnection } from './connection-view.js';
import { OfflineNotice } from './offline-notice.js';

export interface StatusSurroundings {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly attemptsMax: number;
  readonly onChanged: () => void;
}

export class ConnectionStatus {
  readonly #around: StatusSurroundings;
  readonly #notice: OfflineNotice;
  #state: ConnectionState;
  #view: ChatSnapshot['connection'];

  constructor(around: StatusSurroundings, state: ConnectionState) {
    this.#around = around;
    this.#notice = new OfflineNotice(around.clock, around.turn, () => this.#refresh());
    this.#state = state;
    this.#view = Object.freeze({ ...viewConnection(state, around.attemptsMax), showOffline: false });
  }

  get view(): ChatSnapshot['connection'] {
    return this.#view;
  }

  follow(state: ConnectionState): void {
    this.#state = state;
    this.#notice.follow(state);
    this.#refresh();
  }

  #refresh(): void {
    const next = { ...viewConnection(this.#state, this.#around.attemptsMax), showOffline: this.#notice.isShown };
    if (isSameView(this.#view, next)) return;
    this.#view = Object.freeze(next);
    this.#around.onChanged();
  }
}
