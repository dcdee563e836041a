import type { CloseCause } from '../core/connection/close-cause.js';
import type { Recovery } from '../core/frame.js';
import type { Participant } from '../core/message.js';
import type { ChatMessage } from './chat-message.js';

/** The connection as users see it. Times are Unix milliseconds. */
export type ConnectionSnapshot =
  | {
      readonly status: 'connecting';
      readonly phase: 'waiting' | 'authorizing' | 'dialing' | 'joining';
      /** 0 for a first dial, then the number of the retry. */
      readonly attempt: number;
      /** `reconnect.attemptsMax`; null if there is no limit. */
      readonly attemptsMax: number | null;
      /** When the next dial is due; null while one is under way. */
      readonly retryAtMs: number | null;
      readonly cause: CloseCause | null;
    }
  | {
      readonly status: 'open';
      readonly sinceMs: number;
      /** What the last join brought back; `first` for a first connection. */
      readonly recovered: 'first' | Recovery;
      readonly roundTripMs: number | null;
      /** A fresh connection is taking over; the status stays `open`. */
      readonly handover: boolean;
    }
  | { readonly status: 'closing' }
  | {
      readonly status: 'closed';
      readonly reason: 'initial' | 'client' | 'stopped' | 'exhausted' | 'disposed';
      readonly cause: CloseCause | null;
    };

/**
 * One conversation and the connection below it, frozen in time. The same reference until something changed. A write into
 * it throws in strict code: copy what you want to sort. Metadata alone is not frozen.
 */
export interface ChatSnapshot<Metadata = unknown> {
  /** `showOffline` turns true about 2 s after a loss and not while the page is hidden. */
  readonly connection: ConnectionSnapshot & { readonly showOffline: boolean };
  /** Ordered and capped (`inbox.historyMax`); own messages that are not confirmed are at the tail. */
  readonly messages: readonly ChatMessage<Metadata>[];
  readonly typing: readonly Participant[];
  readonly outbox: { readonly queued: number; readonly inFlight: number; readonly failed: number };
  readonly hasOlder: boolean;
  /**
   * An answer is queued, processed or streaming, as far as the protocol tells: with `envelopeProtocol` from its first
   * frame on. False while it stands still, for a minute of silence or without a connection.
   */
  readonly isResponding: boolean;
}
