/** What happens to a client with two sockets, and what leads to that. */

import type { Deeds } from './deed.js';

export const handoverFaults: Deeds = {
  /** The server goes, but not yet: another one is there already. */
  'announce-restart': {
    range: [0, 8_000],
    act: ({ world, amount }) => {
      for (const { wires } of world.devices) {
        for (const wire of wires) {
          world.server.say(wire, { type: 'server_restarting', payload: { retryAfterMs: amount } });
        }
      }
    },
  },
  'newer-dies': { range: [0, 0], act: ({ device }) => device.newerWire?.reset() },
  'newer-mute': { range: [0, 0], act: ({ device }) => device.newerWire?.muffle('both') },
  'newer-refused': {
    range: [0, 0],
    act: ({ world, device }) => {
      const wire = device.newerWire;
      if (wire !== null) world.host.end(wire, 4401, 'Unauthorized');
    },
  },
  'older-dies': { range: [0, 0], act: ({ device }) => device.olderWire?.reset() },
  'older-mute': { range: [0, 0], act: ({ device }) => device.olderWire?.muffle('both') },
  'older-stalls': { range: [500, 6_000], act: ({ device, amount }) => device.olderWire?.stall('down', amount) },
};
