/** Makes clients and closes each while it dials, some in the same tick and some a tick later. */
import { ChatSocketClient } from 'chatsocket';
import type { ChatTerms } from './have-a-chat.js';

/** How many were closed. */
export async function closeAtOnce({ url, room }: ChatTerms, count: number): Promise<number> {
  const clients = Array.from({ length: count }, () => new ChatSocketClient({ url, conversationId: room }));
  let closed = 0;
  for (const [index, client] of clients.entries()) {
    client.connect();
    // The dial begins a few microtasks after the call.
    for (let tick = 0; tick < index % 10; tick += 1) await Promise.resolve();
    await client.close();
    closed += client.snapshot.connection.status === 'closed' ? 1 : 0;
  }
  return closed;
}
