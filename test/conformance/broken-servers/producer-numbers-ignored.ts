import type { Sabotage } from '../support/sabotage.js';

export const producerNumbersIgnored: Sabotage = {
  breaks: 'SV-6',
  idea: 'announces an order of producers and does not look at their numbers',
  begin: () => ({
    receive({ frame, pass }) {
      const { producer: _unseen, ...payload } = frame.payload;
      pass({ ...frame, payload });
    },
  }),
};
