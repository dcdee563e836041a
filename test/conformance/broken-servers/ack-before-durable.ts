import type { Sabotage } from '../support/sabotage.js';

export const ackBeforeDurable: Sabotage = {
  breaks: 'DS-5',
  idea: 'acknowledges a message before it is stored',
  acksEarly: true,
};
