/** The client's end of a mock connection: what it believes, and what it has been told. */
import type { Clock } from '../../ports/clock.js';
import type { SocketClose, SocketHandlers } from '../../ports/transport.js';

export type ClientPhase = 'connecting' | 'open' | 'closing' | 'closed';

/** Delivers events to one dial's handlers: later, in order, and never after the end. */
export class ClientEnd {
  #phase: ClientPhase = 'connecting';
  #handlers: SocketHandlers | null;
  #cancelLateClose: () => void = () => {};
  readonly #clock: Clock | null;

  constructor(handlers: SocketHandlers, clock: Clock | null) {
    this.#handlers = handlers;
    this.#clock = clock;
  }

  get phase(): ClientPhase {
    return this.#phase;
  }

  get isLive(): boolean {
    return this.#handlers !== null;
  }

  startClosing(): void {
    this.#phase = 'closing';
  }

  abandon(): void {
    this.#phase = 'closed';
    this.#handlers = null;
    this.#cancelLateClose();
  }

  tellOpened(): void {
    this.#later((handlers) => {
      if (this.#phase !== 'connecting') return;
      this.#phase = 'open';
      handlers.opened();
    });
  }

  /** Like a browser, a client that has begun to close hears no more frames. */
  tellFrame(tell: (handlers: SocketHandlers) => void): void {
    this.#later((handlers) => {
      if (this.#phase === 'open') tell(handlers);
    });
  }

  /** `delayMs` is 0 for the next microtask; a longer one needs the clock. */
  tellClosed(close: SocketClose, delayMs: number): void {
    if (delayMs === 0) this.#later((handlers) => this.#end(handlers, close));
    else if (delayMs !== Number.POSITIVE_INFINITY) this.#cancelLateClose = this.#tellClosedLate(close, delayMs);
  }

  #tellClosedLate(close: SocketClose, delayMs: number): () => void {
    return requireClock(this.#clock).startTimer(() => {
      if (this.#handlers !== null) this.#end(this.#handlers, close);
    }, delayMs);
  }

  #end(handlers: SocketHandlers, close: SocketClose): void {
    this.#phase = 'closed';
    this.#handlers = null;
    handlers.closed(close);
  }

  /** A promise's turn, not `queueMicrotask`, which jest's fake timers take away. */
  #later(tell: (handlers: SocketHandlers) => void): void {
    void Promise.resolve().then(() => {
      if (this.#handlers !== null) tell(this.#handlers);
    });
  }
}

export function requireClock(clock: Clock | null): Clock {
  if (clock !== null) return clock;
  throw new Error('A delay needs a clock: mockTransport({ clock: manualClock() }).');
}
