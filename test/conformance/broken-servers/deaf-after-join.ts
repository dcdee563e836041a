import type { Outgoing, Sabotage } from '../support/sabotage.js';

/** Whoever joins is deaf for a moment: what is said between the backlog and the first live message is told to nobody. */
export const deafAfterJoin: Sabotage = {
  breaks: 'RX-4',
  idea: 'goes live a message after the backlog ends',
  begin() {
    const isDeaf = new Set<string>();
    return {
      tell({ connectionId, frame }: Outgoing) {
        if (frame.type === 'conversation_history' && frame.payload['recovered'] === 'full') isDeaf.add(connectionId);
        return frame.type === 'new_message' && isDeaf.delete(connectionId) ? [] : [frame];
      },
    };
  },
};
