import type { ChatMessage } from 'chatsocket';
import { useEffect, useState } from 'react';
import { useChat } from '../session/chat-context.js';

/** What comes within this time is announced together. */
const GATHER_MS = 1_000;
const ANSWERING = 'The assistant is answering';
const SPOKEN_LENGTH_MAX = 300;

/** Tells a screen reader of whole messages; an answer in chunks is told when it begins and when it is complete. */
export function Announcer({ conversationId }: { readonly conversationId: string }) {
  const { client, names } = useChat();
  const [spoken, setSpoken] = useState('');

  useEffect(() => {
    let gathered: string[] = [];
    let timer: ReturnType<typeof setTimeout> | null = null;
    const say = (line: string) => {
      gathered.push(line);
      timer ??= setTimeout(() => {
        setSpoken(gathered.length > 2 ? `${gathered.length} new messages` : gathered.join('. '));
        gathered = [];
        timer = null;
      }, GATHER_MS);
    };
    const conversation = client.conversation(conversationId);
    const stops = [
      conversation.on('message-received', ({ message }) => {
        // A short answer is complete before its beginning was told.
        if (message.sender.role === 'assistant') gathered = gathered.filter((line) => line !== ANSWERING);
        if (message.sender.role !== 'self') say(spokenMessage(message, names.ofMessage(message)));
      }),
      conversation.on('stream-started', () => say(ANSWERING)),
      conversation.on('message-failed', () => say('A message was not sent')),
    ];
    return () => {
      for (const stop of stops) stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [client, conversationId, names]);

  return (
    <p className="visually-hidden" aria-live="polite" data-testid="announcer">
      {spoken}
    </p>
  );
}

function spokenMessage(message: ChatMessage, name: string): string {
  const { content } = message;
  const text = content.length > SPOKEN_LENGTH_MAX ? `${content.slice(0, SPOKEN_LENGTH_MAX)}… and more` : content;
  return `${name}: ${text}`;
}
