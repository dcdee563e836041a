import type { Sabotage } from '../support/sabotage.js';

export const pageNewestFirst: Sabotage = {
  breaks: 'RX-4',
  idea: 'turns a page of history upside down',
  begin: () => ({
    tell({ frame }) {
      const { messages } = frame.payload;
      if (frame.type !== 'history_page' || !Array.isArray(messages)) return [frame];
      return [{ ...frame, payload: { ...frame.payload, messages: [...messages].reverse() } }];
    },
  }),
};
