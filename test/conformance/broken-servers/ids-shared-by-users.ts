import { textOf } from '../support/repeats.js';
import type { Sabotage, WireFrame } from '../support/sabotage.js';

/** The first ack under an id is everybody's. */
export const idsSharedByUsers: Sabotage = {
  breaks: 'SV-1',
  idea: 'recognises ids whoever uses them',
  begin() {
    const owners = new Map<string, string>();
    const acks = new Map<string, WireFrame>();
    return {
      receive({ userId, frame, pass, reply }) {
        const key = JSON.stringify([frame.payload['conversationId'], frame.messageId]);
        const ack = acks.get(frame.messageId ?? '');
        const isForeign = frame.type === 'send_message' && (owners.get(key) ?? userId) !== userId;
        if (isForeign && ack !== undefined) {
          reply({ ...ack, payload: { ...ack.payload, duplicate: true } });
          return;
        }
        if (frame.type === 'send_message') owners.set(key, userId);
        pass(frame);
      },
      tell({ frame }) {
        if (frame.type === 'ack') acks.set(textOf(frame, 'messageId'), frame);
        return [frame];
      },
    };
  },
};
