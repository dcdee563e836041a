/** What goes wrong at the marketplace. Amounts are milliseconds. */

import type { Deed, Deeds } from '../../faults/deed.js';
import { atServerOf } from '../at-server.js';
import { type BaseMood, BaseServer } from './server.js';

const atServer = atServerOf(BaseServer);

export const baseFaults: Deeds = {
  'base-rate-limit': feel('rate-limited', 5_000),
  'base-send-fails': feel('send-fails', 5_000),
  'base-fetch-fails': feel('fetch-fails', 10_000),
  'base-restart': {
    range: [50, 20_000],
    act: atServer((server, { amount, dice }) => server.restart(amount, dice.chance(0.5))),
  },
};

function feel(kind: BaseMood, toMs: number): Deed {
  return { range: [500, toMs], act: atServer((server, { amount }) => server.mood.cast(kind, amount)) };
}
