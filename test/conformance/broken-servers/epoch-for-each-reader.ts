import type { Sabotage } from '../support/sabotage.js';

export const epochForEachReader: Sabotage = {
  breaks: 'RX-4',
  idea: 'names the log differently to each reader',
  begin: () => ({
    tell({ userId, frame }) {
      const { epoch } = frame.payload;
      return [
        typeof epoch === 'string' ? { ...frame, payload: { ...frame.payload, epoch: `${epoch}-${userId}` } } : frame,
      ];
    },
    receive({ userId, frame, pass }) {
      const { after } = frame.payload;
      if (typeof after !== 'object' || after === null) {
        pass(frame);
        return;
      }
      const epoch = String(Reflect.get(after, 'epoch')).replace(new RegExp(`-${userId}$`), '');
      pass({ ...frame, payload: { ...frame.payload, after: { ...after, epoch } } });
    },
  }),
};
