import type { CloseVerdict } from '../core/connection/close-code.js';
import type { InboundFrame, OutboundFrame, ServerTerms } from '../core/frame.js';
import type { Clock } from './clock.js';
import type { HttpPort } from './http.js';
import type { Transport } from './transport.js';

/** What a protocol can promise. The server's hello may add to it (`ServerTerms`). */
export interface ProtocolCapabilities {
  readonly acks: boolean;
  readonly deduplicates: boolean;
  readonly sequence: boolean;
  readonly resume: boolean;
  readonly ranges: boolean;
  readonly history: boolean;
  readonly manyConversations: boolean;
  readonly typing: boolean;
  readonly readMarks: boolean;
  readonly streams: 'offsets' | 'plain' | 'none';
  readonly inBandToken: boolean;
  readonly binary: boolean;
}

/** Where the token travels. `subprotocol` and `first-frame` keep it out of the URL, which proxies log. */
export type TokenPlacement = 'subprotocol' | 'first-frame' | 'none' | { readonly query: string };

export type DecodeResult =
  | {
      readonly ok: true;
      readonly frames: readonly InboundFrame[];
      /** Nothing came from the server: what `wrapTransport` put in front says this by itself, which is no sign of life. */
      readonly isOwnWord?: boolean;
    }
  | { readonly ok: false; readonly reason: FrameFault };

/** Why a frame was dropped. Never holds the frame's content. */
export type FrameFault = 'not-json' | 'not-an-object' | 'invalid-shape' | 'binary' | 'too-big' | 'empty';

/** Translates between a server's wire and the client's frames. Pure: no IO, no state, nothing thrown. */
export interface Protocol {
  readonly name: string;
  readonly capabilities: ProtocolCapabilities;
  readonly tokenIn: TokenPlacement;
  /** Offered to the server beside the token's own, if any. */
  readonly subprotocols: readonly string[];
  /** `always`: silence after a ping means a dead link. `perhaps`: only once the server has answered one. */
  readonly answersPings: 'always' | 'perhaps';
  /**
   * True: on one connection the server answers messages in the order in which they came, so an ack proves that an
   * earlier message without one was not taken, and it is sent again. Only asked where the server does not deduplicate.
   */
  readonly answersInOrder?: boolean;
  /** The longest content the server takes, in UTF-16 code units, before its hello says otherwise. */
  readonly contentLengthMax: number;
  /** Reads one text frame. */
  decode(text: string): DecodeResult;
  /** Writes one frame under the server's terms; null where this protocol has no words for it. */
  encode(frame: OutboundFrame, terms: ServerTerms): string | null;
  /**
   * Writes frames that `encode` has written, in their order, as one text; null where each must go by itself. Only asked
   * where the terms say `batch`.
   */
  encodeBatch?(texts: readonly string[]): string | null;
  /** What a close means where this protocol knows better than the common table; else null. */
  readClose(code: number, reason: string): CloseVerdict | null;
  /**
   * For a wire that takes a memory, or HTTP beside its socket: a transport in front of the client's, once for each
   * client. What `decode` reads and `encode` writes is then what this one passes on.
   */
  wrapTransport?(transport: Transport, tools: TransportTools): Transport;
  /**
   * For servers that say nothing when a socket opens: a text that `decode` reads as the hello. It is taken as heard at
   * that moment. Only a protocol of `defineProtocol` has it.
   */
  readonly greeting?: string;
  /** Defaults that suit the servers of this protocol; the user's own options come before them. */
  readonly presets?: ProtocolPresets;
}

/** The client's options of the same names say what each means. */
export interface ProtocolPresets {
  readonly reconnect?: {
    readonly delayFirstMs?: number;
    readonly delayMaxMs?: number;
    readonly factor?: number;
    readonly attemptsMax?: number;
  };
  readonly heartbeat?: { readonly intervalMs?: number; readonly timeoutMs?: number };
}

/** What a protocol may use of the world. */
export interface TransportTools {
  readonly clock: Clock;
  readonly http: HttpPort;
}
