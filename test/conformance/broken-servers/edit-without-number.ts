import type { Sabotage } from '../support/sabotage.js';

export const editWithoutNumber: Sabotage = {
  breaks: 'SV-7',
  idea: 'tells of an edit without a place in the log',
  begin: () => ({
    tell({ frame }) {
      if (frame.type !== 'message_updated') return [frame];
      const { seq: _unsaid, ...payload } = frame.payload;
      return [{ ...frame, payload }];
    },
  }),
};
