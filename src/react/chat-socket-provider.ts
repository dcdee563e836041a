import { createElement, type ReactElement, type ReactNode } from 'react';
import type { GivenClientOptions, OwnClientOptions } from './hook-options.js';
import { ChatTargetContext, useTarget } from './use-target.js';

/** A client, or the options of one; and, if it is not the client's own, the conversation of the hooks below. */
export type ChatSocketProviderProps = (GivenClientOptions | OwnClientOptions) & { readonly children?: ReactNode };

/**
 * Shares one client with the hooks below: one socket, however many there are and whichever of them come and go.
 *
 * Given options, it makes the client, connects it while it is mounted, and closes it `lingerMs` after. Given a `client`,
 * it only passes it on: whoever made it calls `connect()` and `close()`. Throws `usage/invalid-option`.
 *
 * @example
 * function App() {
 *   return (
 *     <ChatSocketProvider url="wss://chat.example.com/ws" token={({ signal }) => fetchToken(signal)} conversationId="42">
 *       <Chat />
 *     </ChatSocketProvider>
 *   );
 * }
 */
export function ChatSocketProvider({ children, ...options }: ChatSocketProviderProps): ReactElement {
  return createElement(ChatTargetContext.Provider, { value: useTarget(options) }, children);
}
