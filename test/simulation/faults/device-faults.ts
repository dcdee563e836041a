/** What happens to a page, to its process and to its token endpoint. Amounts are milliseconds, or counts. */

import type { StoreMood } from '../device/browser.js';
import type { Misdeed } from '../device/device.js';
import type { TokenMood } from '../device/token-provider.js';
import type { Deed, Deeds } from './deed.js';

/** A sleep longer than this costs the connection. */
const SOCKETS_SURVIVE_MS = 60_000;

export const deviceFaults: Deeds = {
  hide: {
    range: [500, 120_000],
    act: ({ device, amount, dice }) => {
      device.page.tell('hidden');
      device.throttleTimers(dice.pick([0, 1_000, 60_000]));
      device.later(amount, () => {
        device.throttleTimers(0);
        device.page.tell('visible');
      });
    },
  },
  'leave-page': {
    range: [500, 60_000],
    act: ({ device, amount }) => {
      device.page.tell('page-left');
      device.later(amount, () => device.page.tell('page-shown'));
    },
  },
  freeze: {
    range: [1_000, 120_000],
    act: ({ device, amount, dice }) => {
      device.freeze(amount, dice.pick([-1, 0, 1]));
      device.later(amount, () => device.page.tell('resumed'));
    },
  },
  sleep: {
    range: [30_000, 300_000],
    act: ({ device, amount, dice }) => {
      for (const wire of device.wires) if (amount > SOCKETS_SURVIVE_MS) wire.muffle('both');
      device.freeze(amount, dice.pick([-1, 0, 1]));
    },
  },
  'false-offline': { range: [0, 0], act: ({ device }) => device.page.tell('offline') },
  'false-online': { range: [0, 0], act: ({ device }) => device.page.tell('online') },
  focus: { range: [0, 0], act: ({ device }) => device.page.tell('focused') },
  'token-slow': feel('slow', 40_000),
  'token-hangs': feel('hangs', 40_000),
  'token-rejects': feel('rejects', 40_000),
  'token-throws': feel('throws', 40_000),
  'token-null': feel('null', 2_000),
  'token-unusable': feel('unusable', 20_000),
  'token-expired': feel('expired', 10_000),
  'store-slow': store('slow', 60_000),
  'store-fails': store('fails', 30_000),
  'store-full': store('full', 30_000),
  'store-cannot-open': store('cannot-open', 30_000),
  'store-corrupt-row': { range: [0, 0], act: ({ device }) => device.browser?.corrupt() },
  'listener-throws': misbehave('throw'),
  'listener-sends': misbehave('send'),
  'listener-closes': misbehave('close'),
};

function feel(mood: TokenMood, toMs: number): Deed {
  return { range: [500, toMs], act: ({ device, amount }) => device.tokens.feel(mood, amount) };
}

function store(mood: StoreMood, toMs: number): Deed {
  return { range: [500, toMs], act: ({ device, amount }) => device.browser?.feel(mood, amount) };
}

function misbehave(kind: Misdeed): Deed {
  return { range: [1, 5], act: ({ device, amount }) => device.misbehave(kind, kind === 'throw' ? amount : 1) };
}
