import type { Sabotage } from '../support/sabotage.js';

/** The other way round: a crash in between leaves an id without its message, and the message can never come again. */
export const dedupStoredFirst: Sabotage = {
  breaks: 'SV-4',
  idea: 'stores the memory of an id a moment before its message',
  storesLater: (write) => write.type === 'put-entry',
};
