import type { Incoming, Sabotage, WireFrame } from '../support/sabotage.js';

/** Workers take messages as they find them: what comes in one go is stored in another order than it was sent in. */
export const windowIsShuffled: Sabotage = {
  breaks: 'SV-6',
  idea: 'stores messages that are in flight together in another order',
  begin() {
    let lastSent: { producer: string; seq: number } | null = null;
    let held: { frame: WireFrame; pass: Incoming['pass'] } | null = null;
    return {
      receive({ frame, pass }) {
        const { producer, ...payload } = frame.payload;
        const bare = { ...frame, payload };
        const next = readProducer(producer);
        if (held !== null) {
          pass(bare);
          held.pass(held.frame);
          held = null;
        } else if (next !== null && lastSent?.producer === next.producer && next.seq === 5 && lastSent.seq === 4) {
          held = { frame: bare, pass };
        } else pass(next !== null && next.seq > 5 ? bare : frame);
        lastSent = next;
      },
    };
  },
};

function readProducer(value: unknown): { producer: string; seq: number } | null {
  if (typeof value !== 'object' || value === null) return null;
  return { producer: String(Reflect.get(value, 'id')), seq: Number(Reflect.get(value, 'seq')) };
}
