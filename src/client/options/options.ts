import type { CloseCause } from '../../core/connection/close-cause.js';
import type { Clock } from '../../ports/clock.js';
import type { HttpPort } from '../../ports/http.js';
import type { IdSource } from '../../ports/id-source.js';
import type { Logger } from '../../ports/logger.js';
import type { OutboxStore } from '../../ports/outbox-store.js';
import type { PageSignals } from '../../ports/page-signals.js';
import type { Protocol } from '../../ports/protocol.js';
import type { Random } from '../../ports/random.js';
import type { OpenTabChannel } from '../../ports/tab-channel.js';
import type { TokenRequest, TokenSource } from '../../ports/token-source.js';
import type { Transport } from '../../ports/transport.js';

/** What `url` is told about the dial that it serves. */
export type UrlContext = Omit<TokenRequest, 'signal'> & { readonly signal: AbortSignal };

/** What `diagnose` is told. */
export interface RefusedHandshake {
  /** Aborted when the answer is no longer wanted: `timeouts.tokenMs` passed, the server let us in, or the client was closed. */
  readonly signal: AbortSignal;
  readonly cause: CloseCause;
}

/** Answers with what it found, for developers to read in `explain()`; null for nothing. */
export type Diagnose = (refused: RefusedHandshake) => string | null | Promise<string | null>;

/** How the client comes back after a loss. Defaults are those of the protocol, where it brings some along. */
export interface ReconnectOptions {
  /** The first retry comes after a random time up to this. Milliseconds, 0 to 600,000; default 1,000. */
  readonly delayFirstMs?: number;
  /** No retry waits longer by itself. Milliseconds, `delayFirstMs` to 600,000; default 30,000. */
  readonly delayMaxMs?: number;
  /** Growth from retry to retry. 1 to 10; default 2. */
  readonly factor?: number;
  /**
   * Retries in a row before `closed/exhausted`, which a wake, `online`, `connect()` or a message ends again. 0 or more;
   * default `Infinity`.
   */
  readonly attemptsMax?: number;
  /** A connection that held this long starts the count anew. Milliseconds; default 10,000. */
  readonly stableAfterMs?: number;
  /** Automatic dials in any rolling minute; the user's own calls are not counted. 1 to 60; default 12. */
  readonly dialsPerMinuteMax?: number;
}

/** How the client notices a dead link. Defaults are those of the protocol, where it brings some along. */
export interface HeartbeatOptions {
  /** Time between pings. Milliseconds, 1,000 or more; `Infinity` turns pings off; default 25,000. */
  readonly intervalMs?: number;
  /** Silence after a ping that means the link is dead. Milliseconds, 100 or more; default 10,000. */
  readonly timeoutMs?: number;
  /** Ping only when nothing else was heard for `intervalMs`. Default false: servers may demand pings on schedule. */
  readonly whenIdleOnly?: boolean;
}

/** How long each step may take. */
export interface TimeoutOptions {
  /** For the URL and the token. Milliseconds; default 10,000. */
  readonly tokenMs?: number;
  /**
   * For the handshake, and again for the hello and the joins. Joins that took longer although the server spoke have twice,
   * then four times as long on the next connections. Milliseconds; default 10,000.
   */
  readonly connectMs?: number;
  /** For the close handshake; after it the socket is given up. Milliseconds; default 3,000. */
  readonly closeMs?: number;
}

/** How messages wait for the server. */
export interface OutboxOptions {
  /** Messages held at most, sent or not. 1 to 100,000; default 200. */
  readonly messagesMax?: number;
  /** UTF-8 bytes of content held at most; default 1,000,000. */
  readonly bytesMax?: number;
  /** Messages without an ack at any time, where the server keeps their order; else one per conversation. 1 to 1,000; default 8. */
  readonly inFlightMax?: number;
  /**
   * An ack later than this leads to a probe, and where that is answered to a new connection; never to a failure. Counted
   * while its message is the oldest without one. Milliseconds of open time; default 10,000.
   */
  readonly ackTimeoutMs?: number;
  /** Frames of all kinds sent in a second, at most; 80 % of what the server announces replaces it. Default 15; `Infinity` for none. */
  readonly ratePerSecond?: number;
  /**
   * The longest content, in UTF-16 code units. The limits of the protocol (5,000 with `envelopeProtocol`) and of the
   * server's hello win where they are lower. 1 to 1,000,000; default 10,000.
   */
  readonly contentLengthMax?: number;
  /**
   * A message that is older than this and not acknowledged fails with `delivery/expired`: the user decides whether it
   * still matters. Milliseconds; `Infinity` for never; default 86,400,000 (a day). `send(…, { ttlMs })` may be shorter.
   */
  readonly ageMaxMs?: number;
  /**
   * What gives way when the outbox is full. `reject-new` (default): `send` throws `delivery/outbox-full`.
   * `drop-oldest`: the oldest message that no connection ever had fails with `delivery/evicted`. `drop-newest`: the new
   * one does. A message that the server may have never gives way.
   */
  readonly overflow?: 'reject-new' | 'drop-oldest' | 'drop-newest';
  /**
   * Which messages without an ack are sent again on the next connection, after its history was looked through for them.
   * `when-safe` (default): those to servers that recognise a repeat; the others stay `unconfirmed` until the user
   * calls `outbox.retry()`. `always`: all, so that a server without deduplication may get one twice. `never`: none.
   * Messages behind an unconfirmed one go on.
   */
  readonly resend?: 'always' | 'when-safe' | 'never';
  /**
   * Keeps messages beyond the page's life, from `chatsocket/storage`; needs `identity` where it does. Rows belong to
   * the identity and the URL without its query, to the identity alone where `url` is a function. Default: none, the
   * outbox lives in memory.
   */
  readonly store?: OutboxStore;
}

/** How messages come in. */
export interface InboxOptions {
  /** Messages kept per conversation; pending and streaming ones are never evicted. 1 to 1,000,000; default 100. */
  readonly historyMax?: number;
  /** Ids remembered per conversation against duplicates where the server has no `seq`. Default 2,000. */
  readonly seenMax?: number;
  /** Early messages held per conversation while a gap is filled, within 1 MiB of text. Default 256. */
  readonly reorderMax?: number;
  /** A late message is waited for this long before it is asked for. Milliseconds; default 300. */
  readonly gapWaitMs?: number;
  /** Missing messages are asked for again if they have not come by then. Milliseconds; default 5,000. */
  readonly gapFetchTimeoutMs?: number;
  /** A longer text is dropped unread; it may hold several frames. UTF-8 bytes; default 1,000,000. */
  readonly frameBytesMax?: number;
  /** Subscribers hear of changes at most once in this time, and at once of the first. Milliseconds; default 50. */
  readonly notifyIntervalMs?: number;
}

/** Everything a client can be told; only `url` is needed. A wrong value throws `usage/invalid-option`. */
export interface ChatSocketOptions {
  /** `ws:` or `wss:`; a function is called on every dial. `ws:` is for loopback unless `allowInsecure` is set. */
  readonly url: string | ((context: UrlContext) => string | Promise<string>);
  /** Called on every dial; its answer is used once. Without it no token is sent. */
  readonly token?: TokenSource;
  /** The default conversation, that of `send()`, `snapshot` and the other members of the client. */
  readonly conversationId?: string;
  /** Default `envelopeProtocol()`. */
  readonly protocol?: Protocol;
  /** Default `webSocketTransport()` over the platform's own WebSocket. */
  readonly transport?: Transport;
  /**
   * Who this is: stored messages belong to it, and `logout()` reaches every tab of it. `useChatSocket` makes a new
   * client when it changes, so nobody sees what another one said. Without it, tabs know nothing of each other.
   */
  readonly identity?: string;
  readonly reconnect?: ReconnectOptions;
  readonly heartbeat?: HeartbeatOptions;
  readonly timeouts?: TimeoutOptions;
  readonly outbox?: OutboxOptions;
  readonly inbox?: InboxOptions;
  /** Off by default. Tokens, query strings and message text never reach it. */
  readonly logger?: Logger;
  /** Overrules the table of close codes: true retries, false stops, undefined leaves it to the table. */
  readonly shouldRetry?: (cause: CloseCause) => boolean | undefined;
  /**
   * Called once when the handshake was refused three times in a row, for browsers hide why: an HTTP request to the same
   * server can read 401 or 403. Throwing `StopConnecting` stops the client, with its words in `explain()`; what else it
   * throws changes nothing, and dials go on meanwhile.
   */
  readonly diagnose?: Diagnose;
  /** Allows `ws:` to other hosts than this machine. Default false: tokens and texts would travel in the clear. */
  readonly allowInsecure?: boolean;
  /** Time. Default: the system's; tests hand in `manualClock()`. */
  readonly clock?: Clock;
  /** Dice for jitter. Default `Math.random`; ids never come from it. */
  readonly random?: Random;
  /** Where ids come from. Default: the platform's secure random source. */
  readonly ids?: IdSource;
  /** HTTP for protocols that need it beside their socket. Default: `fetch`, with the page's cookies, 10 s at most. */
  readonly http?: HttpPort;
  /** The page's life. Default: `document` and `window` where there are any. */
  readonly pageSignals?: PageSignals;
  /**
   * How the tabs of this `identity` hear of a `logout()`; no token ever crosses it. Open from the first `connect` or
   * `send` until `close`. Default: `BroadcastChannel` where there is one.
   */
  readonly tabChannel?: OpenTabChannel;
}
