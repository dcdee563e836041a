/** The part of the WHATWG WebSocket that the transport uses; the browser's, Node's and that of `ws` have it. */
export interface WebSocketLike {
  readonly readyState: number;
  readonly bufferedAmount: number;
  binaryType: string;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  /** Ends the connection without the close handshake, where the class can (`ws`). */
  terminate?(): void;
  addEventListener(type: SocketEventName, listener: (event: unknown) => void): void;
  removeEventListener(type: SocketEventName, listener: (event: unknown) => void): void;
}

export type SocketEventName = 'open' | 'message' | 'error' | 'close';

/** A constructor of such sockets. */
export type WebSocketClass = new (url: string, subprotocols?: string[]) => WebSocketLike;

/** The values of `readyState`, which every class shares. */
export const READY_STATE = { open: 1, closed: 3 } as const;
