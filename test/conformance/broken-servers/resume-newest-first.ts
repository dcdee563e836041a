import type { Sabotage } from '../support/sabotage.js';

export const resumeNewestFirst: Sabotage = {
  breaks: 'RX-4',
  idea: 'gives what was missed with the newest first',
  begin: () => ({
    tell({ frame }) {
      const { messages } = frame.payload;
      if (frame.type !== 'conversation_history' || !Array.isArray(messages)) return [frame];
      return [{ ...frame, payload: { ...frame.payload, messages: [...messages].reverse() } }];
    },
  }),
};
