import { useEffect, useSyncExternalStore } from 'react';
import { useChat } from '../session/chat-context.js';

export function useUnread(): ReadonlyMap<string, number> {
  const { unread } = useChat();
  return useSyncExternalStore(unread.subscribe, unread.snapshot);
}

/** What waits in other conversations stands in the title too, for a tab in the background. */
export function useUnreadTitle(): void {
  const total = [...useUnread().values()].reduce((sum, count) => sum + count, 0);
  useEffect(() => {
    document.title = total === 0 ? 'chatsocket' : `(${total}) chatsocket`;
  }, [total]);
}
