/** What a network does to one device. Amounts are milliseconds. */

import type { Deeds, Stage } from './deed.js';

const CLOSE_CODES = [
  1000, 1001, 1005, 1006, 1011, 1012, 1013, 1014, 1015, 3000, 4000, 4002, 4400, 4401, 4429, 1008, 4403, 1002,
];

export const networkFaults: Deeds = {
  reset: { range: [0, 0], act: ({ device }) => device.liveWire?.reset() },
  'server-close': {
    range: [0, CLOSE_CODES.length - 1],
    act: ({ world, device, amount }) => {
      const wire = device.liveWire;
      const code = CLOSE_CODES[amount % CLOSE_CODES.length] ?? 1000;
      if (wire === null) return;
      if (code === 1006 || code === 1005 || code === 1015) wire.reset();
      else world.host.end(wire, code, code === 1013 ? 'retryAfterMs=2000' : '');
    },
  },
  'half-open-down': { range: [0, 0], act: ({ device }) => device.liveWire?.muffle('down') },
  'half-open-up': { range: [0, 0], act: ({ device }) => device.liveWire?.muffle('up') },
  'half-open': { range: [0, 0], act: ({ device }) => device.liveWire?.muffle('both') },
  'stall-down': { range: [500, 40_000], act: ({ device, amount }) => device.liveWire?.stall('down', amount) },
  'stall-up': { range: [500, 40_000], act: ({ device, amount }) => device.liveWire?.stall('up', amount) },
  'slow-link': {
    range: [1_000, 60_000],
    act: ({ device, amount, dice }) => device.link.slowDown(dice.pick([0.5, 2, 4]), amount),
  },
  'latency-spike': {
    range: [1_000, 60_000],
    act: ({ device, amount, dice }) => device.link.delay(dice.whole(500, 6_000), amount),
  },
  refuse: doom('refused', 60_000),
  unanswered: doom('unanswered', 40_000),
  'late-open': doom('late', 20_000),
  'drop-at-once': doom('dropped', 30_000),
  'no-hello': doom('ungreeted', 30_000),
  'late-close': { range: [1_000, 90_000], act: ({ device, amount }) => device.link.closeLate(amount) },
  'leaky-socket': { range: [5_000, 120_000], act: ({ device, amount }) => device.link.leak(amount) },
  'link-down': {
    range: [200, 60_000],
    act: ({ device, amount }) => {
      goOffline(device);
      device.later(amount, () => {
        if (!device.page.isOnline()) device.page.tell('online');
      });
    },
  },
  'network-change': {
    range: [0, 0],
    act: ({ device }) => {
      for (const wire of device.wires) wire.muffle('both');
      device.page.tell('offline');
      device.page.tell('online');
    },
  },
};

function doom(fate: Parameters<Stage['device']['link']['doom']>[0], toMs: number) {
  return { range: [500, toMs] as const, act: ({ device, amount }: Stage) => device.link.doom(fate, amount) };
}

/** The interface is gone: what is open hears nothing more, and the page is told. */
function goOffline(device: Stage['device']): void {
  for (const wire of device.wires) wire.muffle('both');
  device.page.tell('offline');
}
