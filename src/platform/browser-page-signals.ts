import type { PageSignal, PageSignals } from '../ports/page-signals.js';

/**
 * The page's life from `document` and `window`. Where there are none (Node, React Native, edge runtimes) it tells
 * nothing, counts as seen and online, and attaches nothing. There is no `unload` or `beforeunload` listener: either
 * would keep the page out of the back/forward cache.
 *
 * @example
 * const unsubscribe = browserPageSignals().subscribe((signal) => console.log(signal));
 * unsubscribe();
 */
export function browserPageSignals(): PageSignals {
  return {
    isHidden: () => typeof document !== 'undefined' && document.visibilityState === 'hidden',
    isOnline: () => typeof navigator === 'undefined' || navigator.onLine !== false,
    subscribe,
  };
}

/** A frozen page is a hidden page of which the freeze was all that was seen. */
const DOCUMENT_EVENTS = ['visibilitychange', 'freeze', 'resume'] as const;
const WINDOW_EVENTS = ['pageshow', 'pagehide', 'online', 'offline', 'focus'] as const;

type PageEvent = (typeof DOCUMENT_EVENTS)[number] | (typeof WINDOW_EVENTS)[number];

/** The part of `EventTarget` in use; React Native's `window` lacks it. */
interface Target {
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

function subscribe(listener: (signal: PageSignal) => void): () => void {
  const removals: (() => void)[] = [];

  function attach(target: Target | undefined, events: readonly PageEvent[]): void {
    if (typeof target?.addEventListener !== 'function') return;
    for (const event of events) {
      const onEvent = () => listener(readSignal(event));
      target.addEventListener(event, onEvent);
      removals.push(() => target.removeEventListener?.(event, onEvent));
    }
  }

  attach(typeof document === 'undefined' ? undefined : document, DOCUMENT_EVENTS);
  // Workers have no window, but their global scope tells of `online` and `offline` too.
  attach(globalThis, WINDOW_EVENTS);
  return () => {
    for (const remove of removals.splice(0)) remove();
  };
}

function readSignal(event: PageEvent): PageSignal {
  switch (event) {
    case 'visibilitychange':
      return document.visibilityState === 'hidden' ? 'hidden' : 'visible';
    case 'freeze':
      return 'hidden';
    case 'resume':
      return 'resumed';
    case 'pageshow':
      return 'page-shown';
    case 'pagehide':
      return 'page-left';
    case 'focus':
      return 'focused';
    case 'online':
    case 'offline':
      return event;
  }
}
