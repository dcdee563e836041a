import type { ChatMessage } from 'chatsocket';
import { useCallback, useMemo, useState } from 'react';

/** The messages to show: without those that were taken back, or refused and then put away. */
export function useRemoved(messages: readonly ChatMessage[]) {
  const [removedKeys, setRemovedKeys] = useState<ReadonlySet<string>>(new Set());
  const remove = useCallback((key: string) => setRemovedKeys((keys) => new Set(keys).add(key)), []);
  const shown = useMemo(
    () => messages.filter(({ key, delivery }) => delivery !== 'cancelled' && !removedKeys.has(key)),
    [messages, removedKeys],
  );
  return { shown, remove };
}
