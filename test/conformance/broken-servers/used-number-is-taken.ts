import type { Sabotage } from '../support/sabotage.js';

/** Looks for gaps, and not for a number that comes twice. */
export const usedNumberIsTaken: Sabotage = {
  breaks: 'SV-6',
  idea: 'takes two messages of a producer under one number',
  begin() {
    const numbers = new Map<string, string>();
    return {
      receive({ frame, pass }) {
        const { producer, ...payload } = frame.payload;
        const key = JSON.stringify(producer);
        const isReused = producer !== undefined && (numbers.get(key) ?? frame.messageId) !== frame.messageId;
        if (producer !== undefined) numbers.set(key, frame.messageId ?? '');
        pass(isReused ? { ...frame, payload } : frame);
      },
    };
  },
};
