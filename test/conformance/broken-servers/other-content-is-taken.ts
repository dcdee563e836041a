import { keyOf, textOf } from '../support/repeats.js';
import type { Sabotage } from '../support/sabotage.js';

/** Other content gets an id of its own, unseen by the one who sent it. */
export const otherContentIsTaken: Sabotage = {
  breaks: 'SV-3',
  idea: 'takes other content under a used id as a new message',
  begin() {
    const contents = new Map<string, string>();
    const aliases = new Map<string, string>();
    return {
      receive({ userId, frame, pass }) {
        const key = keyOf({ userId, frame });
        const content = textOf(frame, 'content');
        if (frame.type !== 'send_message' || (contents.get(key) ?? content) === content) {
          if (frame.type === 'send_message') contents.set(key, content);
          pass(frame);
          return;
        }
        const alias = `${frame.messageId}-other-${aliases.size}`;
        aliases.set(alias, frame.messageId ?? '');
        pass({ ...frame, messageId: alias });
      },
      tell({ frame }) {
        const messageId = frame.type === 'ack' ? aliases.get(textOf(frame, 'messageId')) : undefined;
        return [messageId === undefined ? frame : { ...frame, payload: { ...frame.payload, messageId } }];
      },
    };
  },
};
