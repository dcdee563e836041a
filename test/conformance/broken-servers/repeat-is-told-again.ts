import { keyOf, textOf } from '../support/repeats.js';
import type { Sabotage, WireFrame } from '../support/sabotage.js';

/** The ack of a repeat is right; the broadcast comes with it once more. */
export const repeatIsToldAgain: Sabotage = {
  breaks: 'SV-2',
  idea: 'broadcasts a repeat like a new message',
  begin() {
    const contents = new Map<string, string>();
    const told = new Map<string, WireFrame>();
    return {
      receive({ userId, frame, pass, broadcast }) {
        pass(frame);
        if (frame.type !== 'send_message') return;
        const key = keyOf({ userId, frame });
        const first = told.get(textOf(frame, 'content'));
        if (contents.get(key) === textOf(frame, 'content') && first !== undefined) broadcast(first);
        contents.set(key, textOf(frame, 'content'));
      },
      tell({ frame }) {
        const { message } = frame.payload;
        const isMessage = frame.type === 'new_message' && typeof message === 'object' && message !== null;
        if (isMessage) told.set(String(Reflect.get(message, 'content')), frame);
        return [frame];
      },
    };
  },
};
