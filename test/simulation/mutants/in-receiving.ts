/** Mistakes in what comes in: order, gaps, repeats, joins, histories, read marks. */

import { readUnheard, storeTwice } from './lures.js';
import type { Mutant } from './mutant.js';

const ROWS = 'src/core/inbox/message-rows.ts';
const KNOWN = 'src/core/inbox/known-messages.ts';
const SHOWN_ALREADY = '|| this.isShown(message) ? DUPLICATE';
const POSITION = 'src/core/inbox/log-position.ts';

export const inReceiving: readonly Mutant[] = [
  {
    name: 'no-client-dedup',
    side: 'client',
    breaks: 'A message that comes twice is shown twice.',
    patches: [
      { file: POSITION, find: "if (distance <= 0) return 'known';", replace: "if (distance <= 0) return 'next';" },
      {
        file: ROWS,
        find: 'if (known !== null) return message.deleted',
        replace: 'if (Number.isNaN(0)) return message.deleted',
      },
      {
        file: ROWS,
        find: 'this.#known.isRepeat(message) || this.isShown(message) ? DUPLICATE',
        replace: 'Number.isNaN(0) ? DUPLICATE',
      },
    ],
    invariants: ['I2'],
  },
  {
    name: 'second-copy-shown',
    side: 'client',
    breaks: 'A message that a forgetful server stored twice is shown twice.',
    patches: [
      { file: KNOWN, find: 'return place?.senderId === senderId ? place : null;', replace: 'return null;' },
      { file: ROWS, find: SHOWN_ALREADY, replace: '? DUPLICATE' },
    ],
    lure: storeTwice,
    invariants: ['I2'],
  },
  {
    name: 'names-forgotten',
    side: 'client',
    breaks: 'Only a memory of the last few names tells a second copy, and not the row that is shown.',
    patches: [
      {
        file: KNOWN,
        find: 'this.#named = new RecentMap(entriesMax);',
        replace: 'this.#named = new RecentMap(1);',
      },
      { file: ROWS, find: SHOWN_ALREADY, replace: '? DUPLICATE' },
    ],
    lure: storeTwice,
    invariants: ['I2'],
  },
  {
    name: 'no-gap-fill',
    side: 'client',
    breaks: 'A hole in the log is seen, and nobody asks for what is missing.',
    patches: [
      {
        file: 'src/client/receiving/follow-ups.ts',
        find: "if (change.type === 'hole-seen') return gaps.search(conversation);",
        replace: "if (change.type === 'hole-seen') return;",
      },
    ],
    invariants: ['L1'],
  },
  {
    name: 'early-applied',
    side: 'client',
    breaks: 'A message that comes ahead of its turn is shown at once, and the hole before it forgotten.',
    patches: [
      {
        file: POSITION,
        find: "return distance > JUMP_MAX ? 'far' : 'early';",
        replace: "this.#cursor = { epoch: this.#cursor.epoch, seq: seq - 1 }; return 'next';",
      },
    ],
    invariants: ['I3', 'L1'],
  },
  {
    name: 'head-in-pong-ignored',
    side: 'client',
    breaks: 'A pong tells that the log goes on, and nobody listens.',
    patches: [
      {
        file: 'src/client/receiving/receiver.ts',
        find: 'if (latest === null || !isInUse) return;',
        replace: 'return;',
      },
    ],
    invariants: ['L1'],
  },
  {
    name: 'gap-fill-not-single-flight',
    side: 'client',
    breaks: 'Each early message asks for the same range again.',
    patches: [{ file: 'src/client/receiving/gap-filler.ts', find: 'if (this.#searches.has(id)) return;', replace: '' }],
    invariants: ['RX-2'],
  },
  {
    name: 'epoch-ignored',
    side: 'client',
    breaks: 'Another log under the same name is taken for the one before.',
    patches: [
      {
        file: 'src/core/inbox/recovery.ts',
        find: "if (wentBack) return 'none';",
        replace: "if (wentBack) return 'full';",
      },
    ],
    invariants: ['I2', 'I3', 'L1'],
  },
  {
    name: 'history-reset-twice',
    side: 'client',
    breaks: 'A history that begins anew is told to do so twice.',
    patches: [
      {
        file: 'src/core/inbox/inbox.ts',
        find: 'changes.push(this.#reset());',
        replace: 'changes.push(this.#reset(), this.#reset());',
      },
    ],
    invariants: ['RX-5'],
  },
  {
    name: 'history-unbounded',
    side: 'client',
    breaks: 'A history keeps every message for ever.',
    patches: [
      {
        file: 'src/core/inbox/history.ts',
        find: 'if (this.#confirmed.length - this.#start <= this.#rowsMax) return;',
        replace: 'return;',
      },
    ],
    invariants: ['I11'],
  },
  {
    name: 'loss-not-told',
    side: 'client',
    breaks: 'What a join could not bring is left out without a word.',
    patches: [{ file: 'src/core/inbox/inbox.ts', find: "recovered === 'partial'", replace: 'Number.isNaN(0)' }],
    invariants: ['I3'],
  },
  {
    name: 'cursor-not-kept',
    side: 'client',
    breaks: 'A join asks for the newest messages instead of going on where it was.',
    patches: [{ file: 'src/client/receiving/joins.ts', find: 'after: inbox.cursor,', replace: 'after: null,' }],
    invariants: ['I3', 'L1'],
  },
  {
    name: 'deleted-comes-back',
    side: 'client',
    breaks: 'The answer to a join shows what was deleted.',
    patches: [{ file: ROWS, find: 'this.#known.noteDeleted(message.id);\n      return NOTHING;', replace: '' }],
    invariants: ['L1', 'I3'],
  },
  {
    name: 'edit-not-applied',
    side: 'client',
    breaks: 'The words of a message that was edited stay as they were.',
    patches: [
      {
        file: ROWS,
        find: 'const row: MessageRow = { ...known, content, createdAtMs, delivery, metadata };',
        replace: 'const row: MessageRow = { ...known, createdAtMs, delivery, metadata };',
      },
    ],
    invariants: ['L1'],
  },
  {
    name: 'read-marks-lost',
    side: 'client',
    breaks: 'Read marks that no server has confirmed are forgotten with the connection.',
    patches: [
      {
        file: 'src/client/receiving/read-marks.ts',
        find: 'for (const id of unconfirmed.slice(-HELD_MAX)) marks.waiting.add(id);',
        replace: '',
      },
    ],
    lure: readUnheard,
    invariants: ['RM'],
  },
  {
    name: 'listener-lost-while-telling',
    side: 'client',
    breaks: 'A listener that removes itself while it is told takes the turn of the next one.',
    patches: [
      {
        file: 'src/client/telling/listeners.ts',
        find: 'this.#emitter.emit(name, payload);',
        replace:
          'const left = () => [...(this.#guards.get(name)?.keys() ?? [])]; for (let at = 0; at < left().length; at += 1) left()[at]?.(payload);',
      },
    ],
    invariants: ['I17'],
  },
  {
    name: 'listener-stops-the-others',
    side: 'client',
    breaks: 'What a listener throws comes out of the client.',
    patches: [
      {
        file: 'src/client/telling/listeners.ts',
        find: 'onThrow(thrown);\n  }',
        replace: 'onThrow(thrown); throw thrown;\n  }',
      },
    ],
    invariants: ['I6', 'I17'],
  },
];
