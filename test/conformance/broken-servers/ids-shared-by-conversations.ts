import { textOf } from '../support/repeats.js';
import type { Sabotage, WireFrame } from '../support/sabotage.js';

/** The conversation is left out of the key. */
export const idsSharedByConversations: Sabotage = {
  breaks: 'SV-1',
  idea: 'takes an id of another conversation for a repeat',
  begin() {
    const conversations = new Map<string, string>();
    const acks = new Map<string, WireFrame>();
    return {
      receive({ userId, frame, pass, reply }) {
        const key = JSON.stringify([userId, frame.messageId]);
        const conversationId = textOf(frame, 'conversationId');
        const ack = acks.get(key);
        const isElsewhere = (conversations.get(key) ?? conversationId) !== conversationId;
        if (frame.type === 'send_message' && isElsewhere && ack !== undefined) {
          reply({ ...ack, payload: { ...ack.payload, duplicate: true } });
          return;
        }
        if (frame.type === 'send_message') conversations.set(key, conversationId);
        pass(frame);
      },
      tell({ userId, frame }) {
        if (frame.type === 'ack') acks.set(JSON.stringify([userId, frame.payload['messageId']]), frame);
        return [frame];
      },
    };
  },
};
