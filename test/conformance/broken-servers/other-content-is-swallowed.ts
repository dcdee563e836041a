import { keyOf } from '../support/repeats.js';
import type { Sabotage } from '../support/sabotage.js';

/** The worst answer of all: the sender believes that the other words are stored. */
export const otherContentIsSwallowed: Sabotage = {
  breaks: 'SV-3',
  idea: 'acknowledges other content under a used id as a repeat',
  begin() {
    const contents = new Map<string, unknown>();
    return {
      receive({ userId, frame, pass }) {
        const key = keyOf({ userId, frame });
        if (frame.type !== 'send_message') pass(frame);
        else {
          const content = contents.get(key) ?? frame.payload['content'];
          contents.set(key, content);
          pass({ ...frame, payload: { ...frame.payload, content } });
        }
      },
    };
  },
};
