import type { Sabotage } from '../support/sabotage.js';

export const dedupWindowNotAnnounced: Sabotage = {
  breaks: 'SV-5',
  idea: 'does not say for how long it recognises a repeat',
  begin: () => ({
    tell({ frame }) {
      const { dedupWindowMs: _unsaid, ...payload } = frame.payload;
      return [{ ...frame, payload }];
    },
  }),
};
