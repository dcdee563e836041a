/** Ties one WebSocket to the handlers of one dial, and evens out what its classes do differently. */
import type { SocketClose, SocketHandlers, TransportSocket } from '../ports/transport.js';
import { cutCloseReason, toAllowedCloseCode } from './close-frame.js';
import { readClose, readMessage } from './socket-event.js';
import { READY_STATE, type SocketEventName, type WebSocketLike } from './web-socket-like.js';

const LOST: SocketClose = { code: 1006, reason: '', wasClean: false };

/** Listens to a socket that was just made. */
export function attachSocket(socket: WebSocketLike, handlers: SocketHandlers): TransportSocket {
  return new SocketAttachment(socket, handlers);
}

class SocketAttachment implements TransportSocket {
  readonly #socket: WebSocketLike;
  /** Null once the socket is over or was given up: nothing is told after that. */
  #handlers: SocketHandlers | null;
  #hasOpened = false;
  /** A call of ours into the socket is under way. */
  #isCalling = false;
  #errorTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners: ReadonlyMap<SocketEventName, (event: unknown) => void>;

  constructor(socket: WebSocketLike, handlers: SocketHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#listeners = new Map<SocketEventName, (event: unknown) => void>([
      ['open', () => this.#onOpen()],
      ['message', (event) => this.#onMessage(event)],
      ['error', () => this.#onError()],
      ['close', (event) => this.#end(readClose(event))],
    ]);
    trySilently(() => {
      socket.binaryType = 'arraybuffer';
    });
    for (const [name, listener] of this.#listeners) socket.addEventListener(name, listener);
    if (socket.readyState === READY_STATE.open) queueMicrotask(() => this.#onOpen());
    if (socket.readyState === READY_STATE.closed) queueMicrotask(() => this.#end(LOST));
  }

  get bufferedBytes(): number {
    const { bufferedAmount } = this.#socket;
    return Number.isFinite(bufferedAmount) ? bufferedAmount : 0;
  }

  send(text: string): boolean {
    if (this.#handlers === null || this.#socket.readyState !== READY_STATE.open) return false;
    return this.#call(() => this.#socket.send(text));
  }

  close(code: number, reason: string): void {
    if (this.#handlers === null) return;
    const allowedReason = cutCloseReason(reason);
    const hasBegun = this.#call(() => this.#socket.close(toAllowedCloseCode(code), allowedReason));
    if (!hasBegun) this.#call(() => this.#socket.close());
  }

  abandon(): void {
    if (this.#handlers === null) return;
    this.#detach();
    this.#giveUp();
  }

  #onOpen(): void {
    if (this.#hasOpened) return;
    this.#hasOpened = true;
    this.#handlers?.opened();
  }

  #onMessage(event: unknown): void {
    const message = readMessage(event);
    if (message.text !== null) this.#handlers?.received(message.text);
    else this.#handlers?.receivedBinary(message.sizeBytes);
  }

  /**
   * By the standard an `error` is followed by `close` within the same task. Node's own WebSocket (22) tells of a
   * refused handshake by `error` alone. So one task later, a socket that never opened or says that it is closed is
   * over, with the 1006 that every other platform reports. An open socket that merely had an error is not judged: its
   * close, with the real code, may take as long as the close handshake does.
   */
  #onError(): void {
    clearTimeout(this.#errorTimer);
    this.#errorTimer = setTimeout(() => {
      if (this.#hasOpened && this.#socket.readyState !== READY_STATE.closed) return;
      this.#end(LOST);
      this.#giveUp();
    }, 0);
  }

  /** Node 24 fires `close` from within `close()` while it connects; nobody expects to be told from within their own call. */
  #end(close: SocketClose): void {
    const handlers = this.#handlers;
    if (handlers === null) return;
    if (this.#isCalling) return queueMicrotask(() => this.#end(close));
    this.#detach();
    handlers.closed(close);
  }

  #detach(): void {
    this.#handlers = null;
    clearTimeout(this.#errorTimer);
    for (const [name, listener] of this.#listeners) this.#socket.removeEventListener(name, listener);
    // `ws` emits `error` when it is closed while connecting, and without a listener that ends the process.
    this.#socket.addEventListener('error', ignoreEvent);
  }

  /** False if it threw. */
  #call(action: () => void): boolean {
    this.#isCalling = true;
    const hasWorked = trySilently(action);
    this.#isCalling = false;
    return hasWorked;
  }

  #giveUp(): void {
    const socket = this.#socket;
    if (socket.readyState === READY_STATE.closed) return;
    trySilently(() => (typeof socket.terminate === 'function' ? socket.terminate() : socket.close()));
  }
}

function ignoreEvent(): void {}

/** False if it threw; what was thrown may hold the URL and is forgotten. */
function trySilently(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
