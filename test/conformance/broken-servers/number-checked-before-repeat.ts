import type { Sabotage } from '../support/sabotage.js';

/** Numbers are looked at in the wrong place: what a lost ack has a client send again is refused. */
export const numberCheckedBeforeRepeat: Sabotage = {
  breaks: 'SV-6',
  idea: 'refuses a repeat because its number was used',
  begin() {
    const used = new Set<string>();
    return {
      receive({ frame, pass, reply }) {
        const producer = JSON.stringify(frame.payload['producer']);
        const { messageId } = frame;
        if (frame.type !== 'send_message' || frame.payload['producer'] === undefined) pass(frame);
        else if (used.has(producer)) {
          const payload = { code: 'PRODUCER_SEQ_REUSED', message: 'This number was used.', messageId };
          reply({ type: 'error', messageId, payload });
        } else {
          pass(frame);
          used.add(producer);
        }
      },
      tell({ frame }) {
        // A number that was refused as early is used by nobody.
        if (frame.type === 'error') used.clear();
        return [frame];
      },
    };
  },
};
