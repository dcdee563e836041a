import type { Sabotage } from '../support/sabotage.js';

/** Loses the second of what was missed, and calls it all. */
export const resumeWithHole: Sabotage = {
  breaks: 'RX-4',
  idea: 'leaves a message out of a resume that it calls full',
  begin: () => ({
    tell({ frame }) {
      const { messages, recovered } = frame.payload;
      if (frame.type !== 'conversation_history' || recovered !== 'full' || !Array.isArray(messages)) return [frame];
      return [{ ...frame, payload: { ...frame.payload, messages: messages.filter((_, index) => index !== 1) } }];
    },
  }),
};
