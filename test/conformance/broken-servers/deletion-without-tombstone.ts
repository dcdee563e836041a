import type { Sabotage } from '../support/sabotage.js';

export const deletionWithoutTombstone: Sabotage = {
  breaks: 'SV-7',
  idea: 'leaves nothing in the place of what was deleted',
  begin: () => ({
    tell({ frame }) {
      const { messages } = frame.payload;
      if (frame.type !== 'conversation_history' || !Array.isArray(messages)) return [frame];
      const kept = messages.filter((message: unknown) => !isTombstone(message));
      return [{ ...frame, payload: { ...frame.payload, messages: kept } }];
    },
  }),
};

function isTombstone(message: unknown): boolean {
  return typeof message === 'object' && message !== null && Reflect.get(message, 'deleted') === true;
}
