import type { Sabotage } from '../support/sabotage.js';

export const dedupForgottenAtRestart: Sabotage = {
  breaks: 'SV-4',
  idea: 'keeps its memory of ids only until a restart',
  load: (stored) => ({ ...stored, dedup: [] }),
};
