import { createContext, use } from 'react';
import type { Chat } from './chat-visit.js';

export const ChatContext = createContext<Chat | null>(null);

export function useChat(): Chat {
  const chat = use(ChatContext);
  if (chat === null) throw new Error('This part of the page is only shown inside of a chat.');
  return chat;
}
