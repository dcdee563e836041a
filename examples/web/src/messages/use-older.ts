import type { OlderPage } from 'chatsocket';
import { useCallback, useRef, useState } from 'react';

export interface Older {
  readonly status: 'resting' | 'loading' | 'failed';
  /** Asks for the next page, unless one is on its way. */
  readonly load: () => void;
  /** The same, but not after a failure: then somebody has to ask. */
  readonly loadByItself: () => void;
}

/** Older messages, page by page. */
export function useOlder(hasOlder: boolean, loadOlder: () => Promise<OlderPage>): Older {
  const [status, setStatus] = useState<Older['status']>('resting');
  const now = useRef<Older['status']>('resting');

  const load = useCallback(() => {
    if (!hasOlder || now.current === 'loading') return;
    const become = (next: Older['status']) => {
      now.current = next;
      setStatus(next);
    };
    become('loading');
    loadOlder().then(
      // A page without messages would be asked for again and again.
      ({ messages }) => become(messages.length === 0 ? 'failed' : 'resting'),
      () => become('failed'),
    );
  }, [hasOlder, loadOlder]);

  const loadByItself = useCallback(() => {
    if (now.current === 'resting') load();
  }, [load]);

  return { status, load, loadByItself };
}
