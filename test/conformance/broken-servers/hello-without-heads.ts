import type { Sabotage } from '../support/sabotage.js';

export const helloWithoutHeads: Sabotage = {
  breaks: 'RX-3',
  idea: 'greets without naming a head',
  begin: () => ({
    tell({ frame }) {
      const { conversations: _unsaid, ...payload } = frame.payload;
      return [frame.type === 'connected' ? { ...frame, payload } : frame];
    },
  }),
};
