import type { Sabotage } from '../support/sabotage.js';

/** As servers of the base family do. Much cannot be seen then, and must not be called kept. */
export const ackWithoutPlace: Sabotage = {
  breaks: 'DS-5',
  idea: 'acknowledges without saying where the message stands',
  begin: () => ({
    tell({ frame }) {
      if (frame.type !== 'ack') return [frame];
      return [{ ...frame, payload: { messageId: frame.payload['messageId'] } }];
    },
  }),
};
