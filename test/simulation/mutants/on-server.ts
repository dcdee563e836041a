/** Mistakes in the reference server's engine: the half of the promise that is the server's. */

import { refuseTheFirst } from './lures.js';
import type { Mutant } from './mutant.js';

const ENGINE = 'examples/server/engine';

export const onServer: readonly Mutant[] = [
  {
    name: 'no-server-dedup',
    side: 'server',
    breaks: 'A message that is sent again is stored again.',
    patches: [
      {
        file: `${ENGINE}/on-send.ts`,
        find: 'const known = deduplicates ?',
        replace: 'const known = Number.isNaN(0) ?',
      },
    ],
    invariants: ['G2'],
  },
  {
    name: 'told-before-stored',
    side: 'server',
    breaks: 'Acks and messages go out before the store has them.',
    patches: [
      {
        file: `${ENGINE}/lane.ts`,
        find: 'this.#announce(turn, batch);\n    this.#advance(turn);',
        replace: 'this.#advance(turn);',
      },
      {
        file: `${ENGINE}/lane.ts`,
        find: 'this.#storing = batch;',
        replace: 'this.#storing = batch; this.#announce(turn, batch);',
      },
    ],
    invariants: ['I5'],
  },
  {
    name: 'no-head-in-pong',
    side: 'server',
    breaks: 'A pong does not say how far the logs go.',
    patches: [
      {
        file: `${ENGINE}/on-frame.ts`,
        find: 'payload: { latest: Object.fromEntries(heads) },',
        replace: 'payload: { latest: {} },',
      },
    ],
    invariants: ['L1'],
  },
  {
    name: 'partial-called-full',
    side: 'server',
    breaks: 'The answer to a join leaves messages out and says that it has them all.',
    patches: [
      {
        file: `${ENGINE}/on-join.ts`,
        find: "return { messages, recovered: 'partial', after: after.seq };",
        replace: "return { messages, recovered: 'full', after: after.seq };",
      },
    ],
    invariants: ['I3'],
  },
  {
    name: 'producer-order-ignored',
    side: 'server',
    breaks: 'A message is taken although one before it is missing.',
    patches: [
      {
        file: `${ENGINE}/producer-order.ts`,
        find: "if (!this.#skipped.has(before)) return 'early';",
        replace: '',
      },
    ],
    lure: refuseTheFirst,
    invariants: ['I4'],
  },
  {
    name: 'epoch-kept-over-loss',
    side: 'server',
    breaks: 'A log that was lost comes back under its old name.',
    patches: [
      {
        file: `${ENGINE}/chat-engine.ts`,
        find: 'turn.freshId}-',
        replace: "'e'}-",
      },
    ],
    invariants: ['L1', 'I2', 'I3', 'I5'],
  },
];
