/** Mistakes in what goes over the wire, or in how it is read. */

import { refuseTheFirst } from './lures.js';
import type { Mutant } from './mutant.js';

const ENCODE = 'src/protocols/envelope/encode.ts';
const TRANSLATE = 'src/protocols/envelope/translate.ts';

export const inProtocol: readonly Mutant[] = [
  {
    name: 'no-producer-numbers',
    side: 'protocol',
    breaks: 'Messages go out without their numbers, so that a server cannot keep their order.',
    patches: [{ file: ENCODE, find: '(producerOrder ?', replace: '(Number.isNaN(0) ?' }],
    lure: refuseTheFirst,
    invariants: ['I4'],
  },
  {
    name: 'own-name-not-read',
    side: 'protocol',
    breaks: 'The name that the sender gave a message is not read, so its own echo looks like another one.',
    patches: [
      {
        file: TRANSLATE,
        find: 'clientMessageId: message.clientMessageId ?? null,',
        replace: 'clientMessageId: null,',
      },
    ],
    invariants: ['L2', 'I2', 'L1'],
  },
  {
    name: 'final-taken-for-retry',
    side: 'protocol',
    breaks: 'A message that a server refuses for good is sent again and again.',
    patches: [{ file: TRANSLATE, find: "default:\n      return 'final';", replace: "default:\n      return 'retry';" }],
    invariants: ['L1'],
  },
];
