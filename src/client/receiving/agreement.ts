import { BASE_TERMS } from '../../core/base-terms.js';
import type { DialId } from '../../core/connection/state.js';
import type { Cursor, Recovery } from '../../core/frame.js';
import { RecentMap } from '../../core/inbox/recent-map.js';
import type { MessageId } from '../../core/message.js';

const ECHOES_MAX = 1_000;

/** An own message as the log has it. */
export interface Echo {
  readonly conversationId: string;
  readonly id: MessageId;
  readonly seq: number | null;
}

const WORST_LAST: readonly Recovery[] = ['full', 'partial', 'none'];

/** What one connection has agreed with its server so far. */
export class Agreement {
  readonly dialId: DialId;
  terms = BASE_TERMS;
  hasGreeted = false;
  /** The lifetime that the server announced; null if it announced none. */
  expiresInMs: number | null = null;
  /** When its last frame came in. */
  heardAtMs: number;
  /** Conversations whose join is not answered yet, and from where each was asked to go on. */
  readonly joining = new Map<string, Cursor | null>();
  /** Conversations of which something was asked for that a join had left out: once, or a server could go on for ever. */
  readonly asked = new Set<string>();
  isReady = false;
  /** Own messages that the log brought before their acks, with the places that the acks have to name. */
  readonly echoes = new RecentMap<Echo>(ECHOES_MAX);
  /** Unreadable frames in a row. */
  badFrames = 0;
  #recovered: Recovery = 'full';

  constructor(dialId: DialId, nowMs: number) {
    this.dialId = dialId;
    this.heardAtMs = nowMs;
  }

  /** The worst that any join of this connection brought back. */
  get recovered(): Recovery {
    return this.#recovered;
  }

  noteRecovery(recovered: Recovery): void {
    if (WORST_LAST.indexOf(recovered) > WORST_LAST.indexOf(this.#recovered)) this.#recovered = recovered;
  }
}
