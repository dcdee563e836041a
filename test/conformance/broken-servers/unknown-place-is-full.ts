import type { Sabotage } from '../support/sabotage.js';

/** Resumes from whatever number a client names, in a log that is not the one the client knew. */
export const unknownPlaceIsFull: Sabotage = {
  breaks: 'RX-4',
  idea: 'does not look at the epoch of a resume',
  begin: () => ({
    tell({ frame }) {
      if (frame.type !== 'conversation_history' || frame.payload['recovered'] !== 'none') return [frame];
      return [{ ...frame, payload: { ...frame.payload, recovered: 'full' } }];
    },
  }),
};
