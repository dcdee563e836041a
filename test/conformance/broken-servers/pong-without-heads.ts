import type { Sabotage } from '../support/sabotage.js';

export const pongWithoutHeads: Sabotage = {
  breaks: 'RX-3',
  idea: 'answers a ping with a bare pong',
  begin: () => ({
    tell: ({ frame }) => [frame.type === 'pong' ? { ...frame, payload: {} } : frame],
  }),
};
