/** Mistakes in what goes out: outbox, window, resends, deadlines, the store. */

import { logOutBeside, pasteIntoStall, swallowTheLast } from './lures.js';
import type { Mutant } from './mutant.js';

const OUTBOX = 'src/core/outbox/outbox.ts';
const LANES = 'src/core/outbox/lanes.ts';
const DRAIN = 'src/client/sending/drain.ts';
const SENDER = 'src/client/sending/sender.ts';
const REQUESTS = 'src/client/sending/user-requests.ts';

export const inSending: readonly Mutant[] = [
  {
    name: 'not-persisted',
    side: 'client',
    breaks: 'A message is said to be stored, and is not.',
    patches: [
      {
        file: 'src/client/sending/stored-rows.ts',
        find: 'return rows.put(row);',
        replace: 'return undefined;',
      },
    ],
    invariants: ['I1', 'DS-4'],
  },
  {
    name: 'row-removed-before-ack',
    side: 'client',
    breaks: 'A message leaves the store when it is sent, and not when the server has it.',
    patches: [
      {
        file: SENDER,
        find: "onSent: (entry) => this.#ledger.tell(entry, 'sending'),",
        replace: "onSent: (entry) => { this.#keeper.forget(entry); this.#ledger.tell(entry, 'sending'); },",
      },
    ],
    invariants: ['I1'],
  },
  {
    name: 'sent-before-stored',
    side: 'client',
    breaks: 'A message goes out while the store has not taken it yet.',
    patches: [{ file: OUTBOX, find: "head.entry.keeping === 'cleared'", replace: 'Number.isFinite(0)' }],
    invariants: ['DS-4'],
  },
  {
    name: 'logout-leaves-rows',
    side: 'client',
    breaks: 'A logout erases nothing of the store.',
    patches: [{ file: SENDER, find: 'return this.#keeper.wipe();', replace: 'return Promise.resolve();' }],
    invariants: ['I22'],
  },
  {
    name: 'logout-is-not-heard',
    side: 'client',
    breaks: 'A logout in another tab of the user changes nothing where no store is shared.',
    patches: [
      { file: 'src/client/logout-watch.ts', find: 'if (isLogout(message)) onLogout();', replace: 'isLogout(message);' },
    ],
    lure: logOutBeside,
    invariants: ['MT-8'],
  },
  {
    name: 'outbox-not-pruned',
    side: 'client',
    breaks: 'A message stays in the outbox although the server has it.',
    patches: [
      {
        file: 'src/client/sending/ledger.ts',
        find: 'failed ?? this.#settle(id);',
        replace: 'failed ?? this.#around.outbox.get(id);',
      },
    ],
    invariants: ['I6', 'L1'],
  },
  {
    name: 'outbox-unbounded',
    side: 'client',
    breaks: 'The outbox takes any number of messages.',
    patches: [
      {
        file: OUTBOX,
        find: "if (this.count >= this.#bounds.messagesMax) return 'messages';",
        replace: '',
      },
    ],
    invariants: ['I11'],
  },
  {
    name: 'newest-first',
    side: 'client',
    breaks: 'Of what waits the newest goes out first.',
    patches: [
      {
        file: LANES,
        find: 'if (first !== null) heads.push(first);',
        replace:
          '{ let last = first; while (last !== null && last.after !== null) last = last.after; if (last !== null) heads.push(last); }',
      },
    ],
    invariants: ['I4'],
  },
  {
    name: 'unconfirmed-behind-newer',
    side: 'client',
    breaks: 'What is sent again goes behind what was never sent.',
    patches: [
      { file: 'src/core/outbox/line.ts', find: 'order < this.#last.entry.order', replace: 'Number.isNaN(order)' },
    ],
    invariants: ['I4'],
  },
  {
    name: 'window-ignored',
    side: 'client',
    breaks: 'There is no limit to the messages without an ack.',
    patches: [{ file: OUTBOX, find: 'this.#inFlight.length >= inFlightMax', replace: 'Number.isNaN(inFlightMax)' }],
    invariants: ['DS-9'],
  },
  {
    name: 'ack-by-position',
    side: 'client',
    breaks: 'An ack counts for the oldest message on its way, whichever it names.',
    patches: [
      {
        file: 'src/client/receiving/receipts.ts',
        find: 'sender.ack({ clientMessageId, id, seq, duplicate }, true);',
        replace:
          'sender.ack({ clientMessageId: sender.outbox.oldestInFlight()?.id ?? clientMessageId, id, seq, duplicate }, true);',
      },
    ],
    invariants: ['I5'],
  },
  {
    name: 'id-per-transmission',
    side: 'client',
    breaks: 'A message that is sent again gets another id.',
    patches: [
      {
        file: DRAIN,
        find: "type: 'send',\n      clientMessageId,",
        replace:
          "type: 'send',\n      clientMessageId: entry.transmittedAtMs === options.clock.nowMs() ? clientMessageId : options.ids.messageId(),",
      },
    ],
    invariants: ['L2', 'L1', 'G2', 'I2', 'I4'],
  },
  {
    name: 'edit-after-transmission',
    side: 'client',
    breaks: 'The words of a message change although a server may have it.',
    patches: [
      {
        file: OUTBOX,
        find: 'if (place === undefined || !isUntouched(place.entry)) return null;',
        replace: 'if (place === undefined) return null;',
      },
    ],
    invariants: ['DS-3', 'DS-5', 'L1'],
  },
  {
    name: 'expired-stays',
    side: 'client',
    breaks: 'A message is told to have expired, and goes out all the same.',
    patches: [
      {
        file: 'src/client/sending/ledger.ts',
        find: "this.fail(entry.id, 'failed', expiredError(entry));",
        replace: "this.end(entry, 'failed', expiredError(entry));",
      },
    ],
    invariants: ['DS-6', 'I6', 'L1'],
  },
  {
    name: 'expired-resent',
    side: 'client',
    breaks: 'After a sleep a message goes out once more although its time ran out meanwhile.',
    patches: [
      {
        file: 'src/client/sending/deadlines.ts',
        find: 'check(): void {',
        replace: 'check(): void { return;',
      },
    ],
    invariants: ['DS-6'],
  },
  {
    name: 'cancel-after-transmission',
    side: 'client',
    breaks: 'A message is taken back although a server may have it.',
    patches: [
      {
        file: REQUESTS,
        find: 'entry === null || !isUntouched(entry)',
        replace: 'entry === null',
      },
    ],
    invariants: ['DS-3'],
  },
  {
    name: 'pace-ignored',
    side: 'client',
    breaks: 'Messages go out as fast as they can.',
    patches: [{ file: DRAIN, find: 'if (spent.waitMs > 0) return this.#runIn(spent.waitMs);', replace: '' }],
    invariants: ['I15'],
  },
  {
    name: 'full-buffer-ignored',
    side: 'client',
    breaks: 'Messages pile up in a socket that sends nothing.',
    patches: [
      {
        file: DRAIN,
        find: 'this.#isBufferFull = this.#around.bufferedBytes(dialId) > bytesMax;',
        replace: 'this.#isBufferFull = false;',
      },
    ],
    lure: pasteIntoStall,
    invariants: ['I16'],
  },
  {
    name: 'overdue-ack-ignored',
    side: 'client',
    breaks: 'An ack that never comes is waited for as long as the connection lives.',
    patches: [{ file: 'src/client/sending/ack-watch.ts', find: "onOverdue(timer === 'probe');", replace: '' }],
    lure: swallowTheLast,
    invariants: ['L1'],
  },
];
