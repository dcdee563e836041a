import type { ChatSocketClient } from '../client/chat-socket-client.js';
import { useTarget } from './use-target.js';

/**
 * The client of the `ChatSocketProvider` above, for what the other hooks do not offer. The component does not render
 * again when the client changes its state. `Metadata` is the application's own payload on its messages. Throws `usage/no-provider` where there is no provider.
 *
 * @example
 * function LogoutButton() {
 *   const client = useChatSocketClient();
 *   return <button onClick={() => void client.logout()}>Log out</button>;
 * }
 */
export function useChatSocketClient<Metadata = unknown>(): ChatSocketClient<Metadata> {
  // Safe as far as the application is right about its own metadata.
  return useTarget({}).client as ChatSocketClient<Metadata>;
}
