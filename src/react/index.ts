'use client';
/** The client in React 18.2 and later: hooks that show a conversation, and a provider that shares one client. */

export { ChatSocketProvider, type ChatSocketProviderProps } from './chat-socket-provider.js';
export type { ChatActions } from './chat-target.js';
export type {
  ChatListeners,
  ChatPlace,
  GivenClientOptions,
  OwnClientOptions,
  ProvidedClientOptions,
  UseChatSocketOptions,
} from './hook-options.js';
export { useChatSelector } from './use-chat-selector.js';
export { type ChatSocketState, useChatSocket } from './use-chat-socket.js';
export { useChatSocketClient } from './use-chat-socket-client.js';
