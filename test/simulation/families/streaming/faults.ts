/** What goes wrong at the assistant's server. Amounts are milliseconds, or counts. */

import type { Deed, Deeds } from '../../faults/deed.js';
import { atServerOf } from '../at-server.js';
import type { HttpMood } from '../http.js';
import { type StreamingMood, StreamingServer } from './server.js';

const atServer = atServerOf(StreamingServer);

export const streamingFaults: Deeds = {
  'worker-fails': { range: [1, 3], act: atServer((server, { amount }) => server.worker.failNext(amount)) },
  'worker-killed': { range: [200, 30_000], act: atServer((server, { amount }) => server.worker.kill(amount)) },
  'answer-twice': { range: [1, 3], act: atServer((server, { amount }) => server.worker.repeatNext(amount)) },
  'rate-limit': feel('rate-limited', 10_000),
  'message-fails': feel('fails', 10_000),
  'bare-403': feel('bare-403', 60_000),
  'spend-tokens': feel('spends-tokens', 20_000),
  'history-unavailable': feelByHttp('unavailable'),
  'history-lost': feelByHttp('answers-lost'),
  'session-over': feelByHttp('unauthorized'),
  'process-restart': {
    range: [50, 20_000],
    act: atServer((server, { amount, dice }) => server.restart(amount, dice.chance(0.5))),
  },
  'token-ends-soon': {
    range: [1_000, 60_000],
    act: atServer((server, { device, amount }) => {
      if (device.liveWire !== null) server.warn(device.liveWire, amount);
    }),
  },
};

function feel(kind: StreamingMood, toMs: number): Deed {
  return { range: [500, toMs], act: atServer((server, { amount }) => server.mood.cast(kind, amount)) };
}

function feelByHttp(kind: HttpMood): Deed {
  return { range: [500, 60_000], act: atServer((server, { amount }) => server.http.mood.cast(kind, amount)) };
}
