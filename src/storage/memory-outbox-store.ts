import type { OutboxStore } from '../ports/outbox-store.js';

/**
 * The default: the outbox lives as long as the client. A reload or a crash loses what was not acknowledged, and
 * nothing is written anywhere. The client itself holds the messages, so there is nothing to do here.
 *
 * @example
 * import { memoryOutboxStore } from 'chatsocket/storage';
 *
 * const outbox = { store: memoryOutboxStore() };
 */
export function memoryOutboxStore(): OutboxStore {
  const nothing = () => undefined;
  return {
    name: 'memory',
    isDurable: false,
    open: async () => ({ put: nothing, remove: nothing, wipe: nothing, close: nothing }),
  };
}
