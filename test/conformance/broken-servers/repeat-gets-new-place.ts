import { keyOf, textOf } from '../support/repeats.js';
import type { Sabotage } from '../support/sabotage.js';

/** Each equal copy goes to the engine under an id of its own. */
export const repeatGetsNewPlace: Sabotage = {
  breaks: 'SV-2',
  idea: 'makes a new entry of a repeat and calls it a duplicate',
  begin() {
    const contents = new Map<string, string>();
    const aliases = new Map<string, string>();
    return {
      receive({ userId, frame, pass }) {
        const key = keyOf({ userId, frame });
        const isRepeat = frame.type === 'send_message' && contents.get(key) === textOf(frame, 'content');
        if (frame.type === 'send_message' && !contents.has(key)) contents.set(key, textOf(frame, 'content'));
        if (!isRepeat) {
          pass(frame);
          return;
        }
        const alias = `${frame.messageId}-copy-${aliases.size}`;
        aliases.set(alias, frame.messageId ?? '');
        pass({ ...frame, messageId: alias });
      },
      tell({ frame }) {
        const messageId = frame.type === 'ack' ? aliases.get(textOf(frame, 'messageId')) : undefined;
        return [
          messageId === undefined ? frame : { ...frame, payload: { ...frame.payload, messageId, duplicate: true } },
        ];
      },
    };
  },
};
