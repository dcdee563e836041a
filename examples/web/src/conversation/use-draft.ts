import { useCallback, useState } from 'react';

/** What is being written in a conversation; kept in the window, for a look elsewhere or a reload. */
export function useDraft(roomId: string): readonly [string, (text: string) => void] {
  const key = `chat.draft.${roomId}`;
  const [draft, setDraft] = useState(() => sessionStorage.getItem(key) ?? '');
  const write = useCallback(
    (text: string) => {
      setDraft(text);
      if (text === '') sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, text);
    },
    [key],
  );
  return [draft, write];
}
