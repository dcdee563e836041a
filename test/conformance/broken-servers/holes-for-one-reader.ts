import type { Sabotage } from '../support/sabotage.js';

/** Filtered per reader: the others do not hear of it, though it takes a number from them too. */
export const holesForOneReader: Sabotage = {
  breaks: 'SV-7',
  idea: 'tells a read mark only to the one who has read',
  begin: () => ({
    tell({ userId, frame }) {
      const isForeign = frame.type === 'messages_read' && frame.payload['readBy'] !== userId;
      return isForeign ? [] : [frame];
    },
  }),
};
