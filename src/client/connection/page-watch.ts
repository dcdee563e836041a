/** Listens to the page while the connection is wanted, and to nothing at any other time. */

import type { ConnectionEvent } from '../../core/connection/event.js';
import type { ConnectionState } from '../../core/connection/state.js';
import type { PageSignal, PageSignals } from '../../ports/page-signals.js';

export class PageWatch {
  readonly #signals: PageSignals;
  readonly #dispatch: (event: ConnectionEvent) => void;
  #stop: (() => void) | null = null;
  /** A page that is left is hidden too, and frozen after that: neither means that it is there. */
  #isLeft = false;

  constructor(signals: PageSignals, dispatch: (event: ConnectionEvent) => void) {
    this.#signals = signals;
    this.#dispatch = dispatch;
  }

  /** Tells the page as it is now, before a dial, if nobody listened until then. */
  look(): void {
    if (this.#stop === null) this.#tellView();
  }

  follow(state: ConnectionState): void {
    const isWanted = isConnectionWanted(state);
    if (isWanted && this.#stop === null) {
      this.#isLeft = false;
      this.#stop = this.#signals.subscribe((signal) => this.#tell(signal));
    } else if (!isWanted && this.#stop !== null) {
      this.#stop();
      this.#stop = null;
    }
  }

  #tellView(): void {
    this.#dispatch({ type: 'page-changed', view: this.#signals.isHidden() ? 'hidden' : 'visible' });
  }

  #tell(signal: PageSignal): void {
    if (signal === 'hidden' && this.#isLeft) return;
    if (signal === 'visible' || signal === 'page-shown') this.#isLeft = false;
    switch (signal) {
      case 'visible':
        return this.#dispatch({ type: 'page-changed', view: 'visible' });
      case 'hidden':
        return this.#dispatch({ type: 'page-changed', view: 'hidden' });
      case 'page-left':
        this.#isLeft = true;
        return this.#dispatch({ type: 'page-changed', view: 'left' });
      case 'page-shown':
        this.#tellView();
        return this.#dispatch({ type: 'woken' });
      case 'resumed':
      case 'focused':
        return this.#dispatch({ type: 'woken' });
      case 'online':
        return this.#dispatch({ type: 'went-online' });
      case 'offline':
        return this.#dispatch({ type: 'went-offline' });
    }
  }
}

/** A client that gave up by itself is still wanted: a wake starts it anew. */
function isConnectionWanted(state: ConnectionState): boolean {
  switch (state.status) {
    case 'connecting':
    case 'open':
      return true;
    case 'closing':
      return false;
    case 'closed':
      return state.reason === 'exhausted';
  }
}
