import type { Sabotage } from '../support/sabotage.js';

/** The heads as they were when the connection first asked. */
export const pongWithStaleHeads: Sabotage = {
  breaks: 'RX-3',
  idea: 'names in every pong the heads of the first one',
  begin() {
    const first = new Map<string, unknown>();
    return {
      tell({ connectionId, frame }) {
        if (frame.type !== 'pong') return [frame];
        if (!first.has(connectionId)) first.set(connectionId, frame.payload['latest']);
        return [{ ...frame, payload: { latest: first.get(connectionId) } }];
      },
    };
  },
};
