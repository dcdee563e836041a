import type { PageSignal, PageSignals } from '../ports/page-signals.js';

/** A page whose life a test leads. Signals reach the listeners at once, in the order in which they subscribed. */
export interface MockPageSignals extends PageSignals {
  /** How many listeners are subscribed: 0 after everything was closed. */
  readonly listenerCount: number;
  show(): void;
  hide(): void;
  /** The page is frozen: hidden first, if it was not. Stop the clock too, for a frozen page runs no timers. */
  freeze(): void;
  /** Thawed: `resumed`, then `visible`. */
  resume(): void;
  /** Into the back/forward cache, in the order of Chromium: `page-left`, then hidden. */
  leave(): void;
  /** Back from the back/forward cache: `resumed`, `visible`, then `page-shown`. */
  comeBack(): void;
  goOnline(): void;
  goOffline(): void;
  focus(): void;
  /** Sends one signal by itself, as browsers sometimes do: twice, or in an odd order. */
  emit(signal: PageSignal): void;
}

/**
 * Makes a page that is visible and online.
 *
 * @example
 * const page = mockPageSignals();
 * page.hide();
 * page.isHidden(); // true
 */
export function mockPageSignals(): MockPageSignals {
  return new HandLedPage();
}

class HandLedPage implements MockPageSignals {
  #isHidden = false;
  #isOnline = true;
  /** By subscription, since one function may be subscribed twice. */
  readonly #subscriptions = new Set<{ readonly listener: (signal: PageSignal) => void }>();

  get listenerCount(): number {
    return this.#subscriptions.size;
  }

  isHidden(): boolean {
    return this.#isHidden;
  }

  isOnline(): boolean {
    return this.#isOnline;
  }

  subscribe(listener: (signal: PageSignal) => void): () => void {
    const subscription = { listener };
    this.#subscriptions.add(subscription);
    return () => {
      this.#subscriptions.delete(subscription);
    };
  }

  show(): void {
    if (!this.#isHidden) return;
    this.#isHidden = false;
    this.emit('visible');
  }

  hide(): void {
    if (this.#isHidden) return;
    this.#isHidden = true;
    this.emit('hidden');
  }

  freeze(): void {
    this.hide();
  }

  resume(): void {
    this.emit('resumed');
    this.show();
  }

  leave(): void {
    this.emit('page-left');
    this.hide();
  }

  comeBack(): void {
    this.resume();
    this.emit('page-shown');
  }

  goOnline(): void {
    this.#isOnline = true;
    this.emit('online');
  }

  goOffline(): void {
    this.#isOnline = false;
    this.emit('offline');
  }

  focus(): void {
    this.emit('focused');
  }

  emit(signal: PageSignal): void {
    for (const { listener } of [...this.#subscriptions]) listener(signal);
  }
}
