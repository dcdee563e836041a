/** What the shell must do, never how. */

import type { CloseCause } from './close-cause.js';
import type { DialId, DialReason } from './state.js';

/** `pulse` serves every step of the heartbeat; no two of its steps overlap. */
export type TimerName = 'retry' | 'attempt' | 'pulse' | 'renew' | 'close';

export type ConnectionCommand =
  | {
      readonly type: 'fetch-token';
      readonly dialId: DialId;
      readonly reason: DialReason;
      readonly attempt: number;
      readonly lastClose: CloseCause | null;
    }
  | { readonly type: 'dial'; readonly dialId: DialId }
  /** Starts the close handshake and waits for its end; a token call of this dial is aborted. */
  | { readonly type: 'hang-up'; readonly dialId: DialId }
  /** Ends all of a dial at once, its token call and its socket, telling the peer the code if it still listens. */
  | { readonly type: 'drop'; readonly dialId: DialId; readonly code: number }
  | { readonly type: 'send-ping'; readonly dialId: DialId }
  /** Fetches a token and hands it to the server on the open connection. */
  | { readonly type: 'renew-token'; readonly dialId: DialId }
  /** The renewal took too long. */
  | { readonly type: 'abort-renewal'; readonly dialId: DialId }
  | { readonly type: 'start-timer'; readonly timer: TimerName; readonly delayMs: number }
  | { readonly type: 'stop-timer'; readonly timer: TimerName };
