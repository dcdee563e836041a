import { ChatSocketProvider } from 'chatsocket/react';
import { useSyncExternalStore } from 'react';
import { ChatPage } from './chat-page.js';
import { ChatContext } from './session/chat-context.js';
import type { ChatVisit } from './session/chat-visit.js';
import { Doorstep } from './session/doorstep.js';

export function App({ visit }: { readonly visit: ChatVisit }) {
  const state = useSyncExternalStore(visit.subscribe, visit.snapshot);
  if (state.status !== 'present') {
    return (
      <Doorstep reason={state.status === 'turned-away' ? state.reason : null} onRetry={() => void visit.arrive()} />
    );
  }
  return (
    <ChatSocketProvider client={state.chat.client}>
      <ChatContext value={state.chat}>
        <ChatPage />
      </ChatContext>
    </ChatSocketProvider>
  );
}
