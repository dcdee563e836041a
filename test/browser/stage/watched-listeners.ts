import { onTestFinished, vi } from 'vitest';

type Listener = EventListenerOrEventListenerObject | null;

/** The listeners put on this page's window and document since, and not taken off again, until the end of the test. */
export function watchListeners(): { readonly count: number } {
  const targets = [window, document].map((target) => ({
    added: vi.spyOn(target, 'addEventListener'),
    removed: vi.spyOn(target, 'removeEventListener'),
  }));
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  return {
    get count() {
      return targets.reduce((sum, { added, removed }) => sum + countKept(added.mock.calls, removed.mock.calls), 0);
    },
  };
}

type Call = readonly [type: string, listener: Listener, ...rest: unknown[]];

function countKept(added: readonly Call[], removed: readonly Call[]): number {
  const typesRemoved = new Map<Listener, Set<string>>();
  for (const [type, listener] of removed) {
    typesRemoved.set(listener, (typesRemoved.get(listener) ?? new Set()).add(type));
  }
  return added.filter(([type, listener]) => typesRemoved.get(listener)?.has(type) !== true).length;
}
