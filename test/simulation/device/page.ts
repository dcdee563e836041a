import type { PageSignal, PageSignals } from '../../../src/ports/page-signals.js';

/** The page of one device, which outlives the clients on it. */
export class Page implements PageSignals {
  readonly #listeners = new Set<(signal: PageSignal) => void>();
  #isHidden = false;
  #hidings = 0;
  #isOnline = true;
  readonly #onSignal: (signal: PageSignal) => void;

  constructor(onSignal: (signal: PageSignal) => void) {
    this.#onSignal = onSignal;
  }

  /** How often it was hidden or left. */
  get hidings(): number {
    return this.#hidings;
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  isHidden(): boolean {
    return this.#isHidden;
  }

  isOnline(): boolean {
    return this.#isOnline;
  }

  subscribe(listener: (signal: PageSignal) => void): () => void {
    // A function of its own, so that the same listener given twice is two subscriptions.
    const entry = (signal: PageSignal) => listener(signal);
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  tell(signal: PageSignal): void {
    if (signal === 'hidden' || signal === 'page-left') this.#hidings += 1;
    if (signal === 'hidden' || signal === 'page-left') this.#isHidden = true;
    if (signal === 'visible' || signal === 'page-shown') this.#isHidden = false;
    if (signal === 'online') this.#isOnline = true;
    if (signal === 'offline') this.#isOnline = false;
    for (const listener of [...this.#listeners]) listener(signal);
    this.#onSignal(signal);
  }

  /** The process that listened is gone. */
  forgetListeners(): void {
    this.#listeners.clear();
  }
}
