import type { SocketClose } from '../../ports/transport.js';

/** How the server saw a connection end: 1006 where no close frame came. */
export type ConnectionEnd = Pick<SocketClose, 'code' | 'reason'>;

/** Which way frames get lost. */
export type LostDirection = 'both' | 'to-client' | 'to-server';

/**
 * The server's end of one dial. Nothing happens by itself: a handshake hangs until it is accepted or rejected. Events
 * reach the client in a later microtask, in order, as a browser's come in later tasks. A call that makes no sense in
 * the connection's state throws with the transcript.
 */
export interface MockConnection {
  /** 1 for the first dial of the transport. */
  readonly number: number;
  readonly url: string;
  readonly subprotocols: readonly string[];
  /** The token of `bearer.<base64url>` or of the query; null if there was none. */
  readonly token: string | null;
  /** As the server sees it. */
  readonly state: 'connecting' | 'open' | 'closed';
  /** The client still holds the socket: it has neither been told of the end nor abandoned it. */
  readonly isLive: boolean;
  /** Every text frame that reached the server. */
  readonly received: readonly string[];
  /** Null while it goes on. */
  readonly end: ConnectionEnd | null;
  /** What the client sees as `bufferedBytes`; a test sets it. */
  bufferedBytes: number;

  /** Completes the handshake. Echoes the first subprotocol offered unless told another; null echoes none, which fails the handshake if any was offered. */
  accept(answer?: { readonly subprotocol?: string | null }): void;
  /** Accepts when the clock has moved on by `delayMs`. */
  openAfter(delayMs: number): void;
  /** Refuses the handshake: the client sees code 1006 and no opening. A server in auto mode has accepted: `server.down()`. */
  rejectHandshake(): void;
  /** Says that the handshake is left unanswered on purpose. */
  hang(): void;
  /** Closes with the close handshake. Default 1000 and no reason. */
  close(code?: number, reason?: string): void;
  /** Cuts the connection, during the handshake or later: the client sees code 1006. */
  dropAbruptly(): void;
  /** From now on frames get lost while the connection looks open; the client's `close()` is never answered. Default: both ways. */
  blackhole(direction?: LostDirection): void;
  /** The client is told of the end, whoever brought it about, only after `delayMs` more; `Infinity` is never. */
  delayClose(delayMs: number): void;
  /** Sends a text frame as it is: garbage too. */
  sendRaw(text: string): void;
  /** Sends a binary frame of that size. */
  sendBinary(sizeBytes: number): void;
  /** Calls `listener` for every text frame that reaches the server, until the returned function is called. */
  onFrame(listener: (text: string) => void): () => void;
  /** Calls `listener` when the server sees the end, until the returned function is called. */
  onEnd(listener: (end: ConnectionEnd) => void): () => void;
  /** What happened on all connections of the transport, for error messages. */
  transcript(): string;
}
