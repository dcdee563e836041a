/** What users of families do beside the rest. */

import type { Deeds } from '../faults/deed.js';

export const familyDeeds: Deeds = {
  /** In words that this page has used before. A page that comes back can tell no two of them apart: it knows no times. */
  'ask-again': {
    range: [0, 0],
    act: ({ world, device: { life, browser }, dice }) => {
      const said = life === null || browser !== null ? [] : [...life.attempts.values()];
      if (life === null || said.length === 0) return;
      const { conversationId, text } = dice.pick(said);
      world.send(life, conversationId, { size: text.length, text });
    },
  },
};
