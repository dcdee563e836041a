import type { Sabotage } from '../support/sabotage.js';

/** Two writes where one is needed; only a crash between them shows it. */
export const dedupStoredLater: Sabotage = {
  breaks: 'SV-4',
  idea: 'stores the memory of an id a moment after its message',
  storesLater: (write) => write.type === 'put-dedup',
};
