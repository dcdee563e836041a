/** What a client hands to its sockets, and with what it dials. */

import { readToken } from '../server/token-office.js';
import type { Invariant } from './invariant.js';

/** What waits in a batch when its socket dies is lost with it. */
const FRAMES_LOST_MAX = 32;

export const writesWhatItCounts = (): Invariant => ({
  id: 'FR',
  sentence: 'Every frame that a client counts as sent was given to a socket, alone or in a batch, or lost with one.',
  settled(world) {
    for (const { index, life } of world.devices) {
      if (life === null) continue;
      const { framesOut, lossesByKind } = life.client.metrics();
      const losses = Object.values(lossesByKind).reduce((sum, count) => sum + count, 0);
      const missing = framesOut - life.framesGiven;
      if (missing < 0 || missing > losses * FRAMES_LOST_MAX)
        world.violate('FR', `device ${index} counts ${framesOut} frames, and gave ${life.framesGiven} to its sockets`);
    }
  },
});

export const tokensServeOnce = (): Invariant => {
  const seen = new Set<string>();
  return {
    id: 'I13',
    sentence: 'A token is in one handshake only, whatever became of it.',
    dialled(world, device, wire) {
      const token = readToken(wire.request.subprotocols);
      if (token === null) return;
      if (seen.has(token)) world.violate('I13', `device ${device.index} dials with a token again`);
      seen.add(token);
    },
  };
};
