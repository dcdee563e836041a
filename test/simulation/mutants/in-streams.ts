/** Mistakes in answers that grow. */

import type { Mutant } from './mutant.js';

const TEXT = 'src/core/inbox/stream-text.ts';

export const inStreams: readonly Mutant[] = [
  {
    name: 'chunk-overlap-appended',
    side: 'client',
    breaks: 'A chunk that comes twice is written twice.',
    patches: [
      {
        file: TEXT,
        find: 'const knownLength = Math.min(this.length - offset, text.length);',
        replace: 'const knownLength = 0;',
      },
    ],
    invariants: ['I19'],
  },
  {
    name: 'early-chunk-appended',
    side: 'client',
    breaks: 'A chunk that comes ahead of its turn is written where the text ends.',
    patches: [{ file: TEXT, find: 'if (chunk.offset > this.length) {', replace: 'if (Number.isNaN(0)) {' }],
    invariants: ['I19'],
  },
  {
    name: 'half-character-shown',
    side: 'client',
    breaks: 'A chunk that ends within a character shows half of it.',
    patches: [
      {
        file: 'src/core/inbox/stream.ts',
        find: 'return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;',
        replace: 'return text;',
      },
    ],
    invariants: ['ST-7'],
  },
];
