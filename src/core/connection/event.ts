/** What has happened to a connection. */

import type { Recovery } from '../frame.js';
import type { CloseVerdict } from './close-code.js';
import type { TimerName } from './command.js';
import type { DialId, PageView } from './state.js';

export type ConnectionEvent =
  | { readonly type: 'connect-requested' }
  | { readonly type: 'reconnect-requested' }
  | { readonly type: 'close-requested' }
  | { readonly type: 'dispose-requested' }
  /** A user's message is waiting, which is reason enough to try again after giving up. */
  | { readonly type: 'send-requested' }
  /** The application found out why handshakes are refused: dialling again will not help. */
  | { readonly type: 'refusal-judged-final' }
  | DialEvent
  | { readonly type: 'timer-fired'; readonly timer: TimerName; readonly lateMs: number }
  | { readonly type: 'page-changed'; readonly view: PageView }
  | { readonly type: 'woken' }
  | { readonly type: 'went-online' }
  | { readonly type: 'went-offline' };

/** An answer to one dial; dropped if that dial is no longer the one. */
export type DialEvent =
  | { readonly type: 'token-arrived'; readonly dialId: DialId }
  | {
      readonly type: 'token-failed';
      readonly dialId: DialId;
      readonly kind: 'token-failed' | 'no-token' | 'stopped-by-provider';
      /** The provider's own words for stopping; null if it gave none. */
      readonly reason: string | null;
    }
  /** The transport could not dial: `stop` if it never can, as without a WebSocket on the platform. */
  | { readonly type: 'dial-failed'; readonly dialId: DialId; readonly action: 'retry' | 'stop' }
  | { readonly type: 'socket-opened'; readonly dialId: DialId }
  /** One of several joins; the others go on. */
  | { readonly type: 'join-answered'; readonly dialId: DialId }
  | {
      readonly type: 'joined';
      readonly dialId: DialId;
      readonly recovered: Recovery;
      readonly canRenewInBand: boolean;
      /** The lifetime of what the server was shown; null if nobody said. */
      readonly expiresInMs: number | null;
    }
  /** A frame came in while the pulse was in doubt, or a pong at any time. */
  | { readonly type: 'life-seen'; readonly dialId: DialId; readonly isPong: boolean }
  /** The shell judged the connection useless although its socket lives. */
  | { readonly type: 'connection-failed'; readonly dialId: DialId; readonly kind: 'ack-overdue' | 'bad-frames' }
  | { readonly type: 'probe-requested'; readonly dialId: DialId }
  /** Nothing is awaited any more on a connection from which another one took over. */
  | { readonly type: 'drained'; readonly dialId: DialId }
  /** Said in a frame. On an open connection it may mean a receiver's account, so there only the close counts. */
  | { readonly type: 'token-rejected'; readonly dialId: DialId }
  | { readonly type: 'pause-hinted'; readonly dialId: DialId; readonly retryAfterMs: number }
  /** The server took a token in band, or told how long the present one holds. */
  | { readonly type: 'token-lifetime-told'; readonly dialId: DialId; readonly expiresInMs: number | null }
  | { readonly type: 'token-expiring'; readonly dialId: DialId }
  | {
      readonly type: 'socket-closed';
      readonly dialId: DialId;
      readonly code: number;
      readonly reason: string;
      readonly wasClean: boolean;
      /** The protocol's reading of the close, where it has one. */
      readonly verdict: CloseVerdict | null;
    };
