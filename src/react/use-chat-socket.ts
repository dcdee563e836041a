import { useEffect, useInsertionEffect, useMemo, useRef } from 'react';
import type { ChatSnapshot } from '../client/chat-snapshot.js';
import type { ChatSocketClient } from '../client/chat-socket-client.js';
import type { ChatSocketEvents } from '../client/chat-socket-events.js';
import type { ChatActions, ChatTarget } from './chat-target.js';
import type { ChatListeners, UseChatSocketOptions } from './hook-options.js';
import { useTarget } from './use-target.js';
import { useView } from './use-view.js';

/** A conversation on show, and what can be done to it. The same object until something changed. */
export interface ChatSocketState<Metadata = unknown> extends ChatSnapshot<Metadata>, ChatActions<Metadata> {
  /** For everything else. Its own `send` and `messages` act on the conversation that it was made with. */
  readonly client: ChatSocketClient<Metadata>;
}

/**
 * Shows a conversation: of a client of the component's own (`url` and the client's other options), of a given one
 * (`client`), or of the provider's (nothing, or another `conversationId`).
 *
 * A client of its own is connected while the component is mounted and closed `lingerMs` after; what it could not send
 * until then is lost, and told to the `logger`, unless `outbox.store` keeps it. For a chat that outlives components, put a `ChatSocketProvider` above them, or make the
 * client outside of React and pass it in: it then is the application that calls `connect()` and `close()`. Two
 * components with the same `url` are two clients. A conversation stays joined until `client.conversation(id).leave()`.
 *
 * There is no last message: messages that come together are all in `messages`, and `on` tells of each one. Changes are
 * shown at most once every `inbox.notifyIntervalMs`, at once for what the user does. On a server nothing is dialled,
 * and an empty conversation is rendered. `Metadata` is the application's own payload on its messages; nobody checks it.
 * Throws `usage/invalid-option` and `usage/no-provider`.
 *
 * @example
 * function Chat({ room }: { room: string }) {
 *   const { messages, send, connection } = useChatSocket({
 *     url: 'wss://chat.example.com/ws',
 *     token: ({ signal }) => fetchToken(signal),
 *     conversationId: room,
 *     on: { 'message-received': ({ message }) => announce(message.content) },
 *   });
 *   return (
 *     <section>
 *       {connection.showOffline && <p role="status">Offline. Messages will be sent later.</p>}
 *       {messages.map(({ key, content }) => <p key={key}>{content}</p>)}
 *       <button onClick={() => send('Hello')}>Say hello</button>
 *     </section>
 *   );
 * }
 */
export function useChatSocket<Metadata = unknown>(
  options: UseChatSocketOptions<Metadata> = {},
): ChatSocketState<Metadata> {
  const { on = {}, ...place } = options;
  const target = useTarget(place);
  const snapshot = useView(target, (whole) => whole, Object.is);
  // Safe, here and below, as far as the application is right about its own metadata.
  useListeners(target, on as ChatListeners);
  const state = useMemo(() => ({ ...snapshot, ...target.actions, client: target.client }), [snapshot, target]);
  return state as ChatSocketState<Metadata>;
}

function useListeners(target: ChatTarget, on: ChatListeners): void {
  const newest = useRef(on);
  // A text compares by value.
  const names = JSON.stringify(Object.keys(on).sort());
  useInsertionEffect(() => {
    newest.current = on;
  });
  useEffect(() => {
    const listen = <Name extends keyof ChatSocketEvents>(name: Name) =>
      target.on(name, (payload) => newest.current[name]?.(payload));
    // The keys of listeners are names of events.
    const stops = (JSON.parse(names) as (keyof ChatSocketEvents)[]).map(listen);
    return () => {
      for (const stop of stops) stop();
    };
  }, [target, names]);
}
