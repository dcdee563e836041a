/** What the page or the device says about itself; every signal is a hint, never a command. */
export type PageSignal =
  | 'visible'
  | 'hidden'
  | 'page-shown'
  | 'page-left'
  | 'resumed'
  | 'focused'
  | 'online'
  | 'offline';

/** The page's life: seen or hidden, frozen or resumed, online or not. */
export interface PageSignals {
  /** False where there is no page. */
  isHidden(): boolean;
  /** True where nobody can tell. */
  isOnline(): boolean;
  /** Listens until the returned function is called; no listener stays on a global after that. */
  subscribe(listener: (signal: PageSignal) => void): () => void;
}
