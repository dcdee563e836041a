import type { ConnectionState } from '../../core/connection/state.js';
import type { Clock } from '../../ports/clock.js';
import { NamedTimers } from '../named-timers.js';
import type { Turn } from '../telling/turn.js';

/** Shorter losses are nobody's business: a banner that flashes on every switch of apps tells nothing. */
const NOTICE_AFTER_MS = 2_000;

/** Whether to tell the user that the connection is lost: some time after a loss, and not while the page is hidden. */
export class OfflineNotice {
  readonly #timers: NamedTimers<'notice'>;
  #isShown = false;

  constructor(clock: Clock, turn: Turn, onChanged: () => void) {
    this.#timers = new NamedTimers(clock, () =>
      turn.run(() => {
        this.#isShown = true;
        onChanged();
      }),
    );
  }

  get isShown(): boolean {
    return this.#isShown;
  }

  follow(state: ConnectionState): void {
    if (!isLost(state) || state.record.page !== 'visible') {
      this.#isShown = false;
      this.#timers.stop('notice');
    } else if (!this.#isShown && !this.#timers.isRunning('notice')) {
      this.#timers.start('notice', NOTICE_AFTER_MS);
    }
  }
}

/** Wanted, tried, and not there. A client that stopped for good shows its reason instead. */
function isLost(state: ConnectionState): boolean {
  if (state.status === 'connecting') return state.record.lastCause !== null;
  return state.status === 'closed' && state.reason === 'exhausted';
}
