import type { Sabotage } from '../support/sabotage.js';

export const fullAfterACut: Sabotage = {
  breaks: 'RX-4',
  idea: 'calls a resume full where the log was cut in between',
  begin: () => ({
    tell({ frame }) {
      if (frame.type !== 'conversation_history' || frame.payload['recovered'] !== 'partial') return [frame];
      return [{ ...frame, payload: { ...frame.payload, recovered: 'full' } }];
    },
  }),
};
