/** A drill: one member of the server talks as fast as the log takes it. */

import type { Front } from './front.js';

const flooder = { id: 'flooder', name: 'Flooder' };

/** Small enough that others get a word in between. */
const BATCH_SIZE = 50;

export interface Flood {
  readonly userId: string;
  readonly conversationId: string;
  readonly messages: number;
}

/** False where the user who asks is not in the conversation. */
export function floodConversation(front: Front, flood: Flood): boolean {
  if (!front.engine.isMember(flood.userId, flood.conversationId)) return false;
  void pour(front, flood).catch((error: unknown) => front.logger.failure('flood-failed', { error: String(error) }));
  return true;
}

async function pour(front: Front, { conversationId, messages }: Flood): Promise<void> {
  for (let first = 1; first <= messages && front.hasRoom; first += BATCH_SIZE) {
    const size = Math.min(BATCH_SIZE, messages - first + 1);
    const contents = Array.from({ length: size }, (_, index) => `Flood ${first + index} of ${messages}`);
    front.host.dispatch({ type: 'posted', conversationId, author: flooder, contents });
    await front.host.settled();
    // Sockets are served between batches; promises alone would starve them.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
