import type { Sabotage } from '../support/sabotage.js';

const TWO_MINUTES_MS = 120_000;
const TWO_DAYS_MS = 172_800_000;

/** As long as some services remember ids, and far too short for a night without a network. */
export const dedupWindowTooShort: Sabotage = {
  breaks: 'SV-5',
  idea: 'forgets ids after two minutes and announces two days',
  limits: { dedupWindowMs: TWO_MINUTES_MS },
  begin: () => ({
    tell({ frame }) {
      if (frame.type !== 'connected') return [frame];
      return [{ ...frame, payload: { ...frame.payload, dedupWindowMs: TWO_DAYS_MS } }];
    },
  }),
};
