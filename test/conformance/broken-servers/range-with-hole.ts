import type { Sabotage } from '../support/sabotage.js';

export const rangeWithHole: Sabotage = {
  breaks: 'RX-4',
  idea: 'leaves an event out of a range that it calls complete',
  begin: () => ({
    tell({ frame }) {
      const { events } = frame.payload;
      if (frame.type !== 'range' || !Array.isArray(events)) return [frame];
      return [{ ...frame, payload: { ...frame.payload, events: events.filter((_, index) => index !== 1) } }];
    },
  }),
};
