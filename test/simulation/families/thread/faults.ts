/** What goes wrong at the server of a thread. Amounts are milliseconds, or counts. */

import type { Deed, Deeds } from '../../faults/deed.js';
import { atServerOf } from '../at-server.js';
import type { HttpMood } from '../http.js';
import { type ThreadMood, ThreadServer } from './server.js';
import type { ReplyFault } from './worker.js';

const atServer = atServerOf(ThreadServer);

export const threadFaults: Deeds = {
  'task-fails': spoil('fails', 4),
  'reply-twice': spoil('twice', 3),
  'reply-doubled': spoil('doubled', 3),
  'reply-swapped': spoil('swapped', 2),
  'number-skipped': spoil('skips', 3),
  'reply-dropped': spoil('dropped', 3),
  'thread-bare-403': feel('bare-403', 60_000),
  'refuse-tokens': feel('refuses-tokens', 20_000),
  'post-late': feel('answers-late', 30_000),
  'post-unavailable': feelByHttp('unavailable'),
  'post-too-many': feelByHttp('too-many'),
  'post-lost': feelByHttp('answers-lost'),
  'post-unauthorized': feelByHttp('unauthorized'),
  'thread-restart': {
    range: [50, 20_000],
    act: atServer((server, { amount, dice }) => server.restart(amount, dice.chance(0.5))),
  },
};

function spoil(fault: ReplyFault, countMax: number): Deed {
  return { range: [1, countMax], act: atServer((server, { amount }) => server.worker.spoil(fault, amount)) };
}

function feel(kind: ThreadMood, toMs: number): Deed {
  return { range: [500, toMs], act: atServer((server, { amount }) => server.mood.cast(kind, amount)) };
}

function feelByHttp(kind: HttpMood): Deed {
  return { range: [500, 30_000], act: atServer((server, { amount }) => server.http.mood.cast(kind, amount)) };
}
