/** A way to reach a server: one socket for one dial. */
export interface Transport {
  /** For logs and devtools: `web-socket`. */
  readonly name: string;
  /**
   * Starts one dial and returns at once. Never throws for a server that cannot be reached (that is `closed`);
   * throws `usage/*` for a request that can never work.
   * `handlers` are called in the order of events, never before `open` has returned, never after `abandon`.
   */
  open(request: DialRequest, handlers: SocketHandlers): TransportSocket;
  /** The user has logged out: whatever is remembered from one dial to the next is not for whoever comes after. */
  forget?(): void;
}

export interface DialRequest {
  readonly url: string;
  /** Offered subprotocols, in order; may hold a token, so it is never logged. */
  readonly subprotocols: readonly string[];
}

export interface SocketHandlers {
  opened(): void;
  /** A text frame. */
  received(text: string): void;
  /** A frame that is not text. `sizeBytes` is null where it is not known. */
  receivedBinary(sizeBytes: number | null): void;
  /** The socket is over. Called at most once. */
  closed(close: SocketClose): void;
}

export interface SocketClose {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

export interface TransportSocket {
  /** Bytes handed over but not yet on the network; 0 where nobody can tell. */
  readonly bufferedBytes: number;
  /** Hands over a text frame; false if the socket could not take it. Never throws. */
  send(text: string): boolean;
  /** Starts the close handshake; `closed` follows when it is done. Twice is harmless. */
  close(code: number, reason: string): void;
  /**
   * Gives the socket up at once, without waiting for the peer: no handler is called any more, the resources are
   * freed as far as the platform allows, and late errors of the socket are swallowed.
   */
  abandon(): void;
}
