import type { Sabotage } from '../support/sabotage.js';

export const cutRangeIsComplete: Sabotage = {
  breaks: 'RX-4',
  idea: 'calls a range complete whose beginning is gone',
  begin: () => ({
    tell({ frame }) {
      return [frame.type === 'range' ? { ...frame, payload: { ...frame.payload, complete: true } } : frame];
    },
  }),
};
