import type { SocketEventName, WebSocketLike } from '../../src/transports/web-socket-like.js';

/** A socket that does what a test says, for behaviour that no server can be made to show. */
export class ScriptedSocket implements WebSocketLike {
  readyState = 0;
  bufferedAmount = 0;
  binaryType = 'blob';
  /** Every call throws. */
  failing = false;
  /** Called within every call. */
  onCall: () => void = () => {};
  readonly calls: string[] = [];
  readonly #listeners: Record<SocketEventName, Set<(event: unknown) => void>> = {
    open: new Set(),
    message: new Set(),
    error: new Set(),
    close: new Set(),
  };

  send(text: string): void {
    this.#record(`send(${text})`);
  }

  close(code?: number, reason?: string): void {
    this.#record(code === undefined ? 'close()' : `close(${code},${reason})`);
  }

  addEventListener(type: SocketEventName, listener: (event: unknown) => void): void {
    this.#listeners[type].add(listener);
  }

  removeEventListener(type: SocketEventName, listener: (event: unknown) => void): void {
    this.#listeners[type].delete(listener);
  }

  emit(type: SocketEventName, event: unknown): void {
    for (const listener of [...this.#listeners[type]]) listener(event);
  }

  listenerCounts(): Record<SocketEventName, number> {
    const { open, message, error, close } = this.#listeners;
    return { open: open.size, message: message.size, error: error.size, close: close.size };
  }

  #record(call: string): void {
    this.calls.push(call);
    this.onCall();
    if (this.failing) throw new Error('The scripted socket fails.');
  }
}
