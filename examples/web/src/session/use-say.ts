import { useCallback } from 'react';
import { useChat } from './chat-context.js';

/** Sends under one's name and enters it into the books. Throws where the message cannot be taken. */
export function useSay(roomId: string): (content: string) => void {
  const { client, names, books } = useChat();
  return useCallback(
    (content) => {
      const outgoing = client.conversation(roomId).send(content, { metadata: { name: names.own() } });
      books.sent(roomId, outgoing.id);
    },
    [client, names, books, roomId],
  );
}
