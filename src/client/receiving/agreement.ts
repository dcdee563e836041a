import type { DialId } from '../../core/connection/state.js';
import type { Recovery, ServerTerms } from '../../core/frame.js';

/** The terms of a server that announced none: its protocol's base. */
export const BASE_TERMS: ServerTerms = {
  extended: false,
  deduplicates: false,
  dedupWindowMs: null,
  producerOrder: false,
  sequence: false,
  ranges: false,
  inBandToken: false,
  contentLengthMax: null,
  messagesPerSecond: null,
  heartbeatIntervalMs: null,
};

const WORST_LAST: readonly Recovery[] = ['full', 'partial', 'none'];

/** What one connection has agreed with its server so far. */
export class Agreement {
  readonly dialId: DialId;
  terms = BASE_TERMS;
  hasGreeted = false;
  /** The lifetime that the server announced; null if it announced none. */
  expiresInMs: number | null = null;
  /** Conversations whose join is not answered yet. */
  readonly joining = new Set<string>();
  isReady = false;
  /** Unreadable frames in a row. */
  badFrames = 0;
  #recovered: Recovery = 'full';

  constructor(dialId: DialId) {
    this.dialId = dialId;
  }

  /** The worst that any join of this connection brought back. */
  get recovered(): Recovery {
    return this.#recovered;
  }

  noteRecovery(recovered: Recovery): void {
    if (WORST_LAST.indexOf(recovered) > WORST_LAST.indexOf(this.#recovered)) this.#recovered = recovered;
  }
}
