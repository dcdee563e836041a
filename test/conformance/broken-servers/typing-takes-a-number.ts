import type { Sabotage } from '../support/sabotage.js';

export const typingTakesANumber: Sabotage = {
  breaks: 'SV-8',
  idea: 'puts a number on who is typing',
  begin() {
    let count = 0;
    return {
      tell({ frame }) {
        if (frame.type !== 'user_typing') return [frame];
        count += 1;
        return [{ ...frame, payload: { ...frame.payload, seq: count } }];
      },
    };
  },
};
