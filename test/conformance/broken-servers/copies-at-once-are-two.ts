import { textOf } from '../support/repeats.js';
import type { Sabotage } from '../support/sabotage.js';

/** The memory of an id is looked at before the first copy is stored, so copies on their way do not know of each other. */
export const copiesAtOnceAreTwo: Sabotage = {
  breaks: 'SV-2',
  idea: 'recognises a repeat only once the first copy is acknowledged',
  begin() {
    const waiting = new Map<string, number>();
    const aliases = new Map<string, string>();
    return {
      receive({ frame, pass }) {
        const { messageId } = frame;
        if (frame.type !== 'send_message' || messageId === undefined || frame.payload['producer'] !== undefined) {
          pass(frame);
          return;
        }
        const copies = waiting.get(messageId) ?? 0;
        waiting.set(messageId, copies + 1);
        const alias = copies === 0 ? messageId : `${messageId}-${copies}`;
        aliases.set(alias, messageId);
        pass({ ...frame, messageId: alias });
      },
      tell({ frame }) {
        const messageId = frame.type === 'ack' ? aliases.get(textOf(frame, 'messageId')) : undefined;
        if (messageId === undefined) return [frame];
        waiting.delete(messageId);
        return [{ ...frame, payload: { ...frame.payload, messageId } }];
      },
    };
  },
};
