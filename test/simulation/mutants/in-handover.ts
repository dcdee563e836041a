/** Mistakes in handovers: which of two sockets counts, for what, and for how long. */

import { speakWhileJoining, takeOverFromMute } from './lures.js';
import type { Mutant } from './mutant.js';

const HANDOVER = 'src/core/connection/handover.ts';
const BESIDE = 'src/core/connection/when-beside.ts';
const RECEIVER = 'src/client/receiving/receiver.ts';
const SESSION = 'src/client/chat-session.ts';

export const inHandover: readonly Mutant[] = [
  {
    name: 'handover-breaks-before-make',
    side: 'client',
    breaks: 'The socket in use is closed when its successor is dialled.',
    patches: [
      {
        file: HANDOVER,
        find: "if (state.renewal.phase !== 'under-way') return go(begun, ...commands);",
        replace:
          "if (state.renewal.phase !== 'under-way') return go(begun, dropAfter('socket-closed', state.dialId), ...commands);",
      },
    ],
    invariants: ['I24', 'I7'],
  },
  {
    name: 'handover-drops-late-frames',
    side: 'client',
    breaks: 'What the socket that goes still brings is dropped.',
    patches: [
      {
        file: RECEIVER,
        find: 'if (joins === null) return;',
        replace: 'if (joins === null || (joins.agreement.isReady && !joins.isInUse)) return;',
      },
    ],
    invariants: ['I6'],
  },
  {
    name: 'handover-third-socket',
    side: 'client',
    breaks: 'A fresh connection that is wanted again is dialled although two sockets are there.',
    patches: [
      {
        file: HANDOVER,
        find: 'return go({ ...state, handover: { ...handover, next } });',
        replace: 'return next === null ? stay(state) : schedule(state, plan, context);',
      },
    ],
    invariants: ['I7'],
  },
  {
    name: 'handover-second-successor',
    side: 'client',
    breaks: 'A fresh connection that is wanted again is dialled although one is under way.',
    patches: [
      {
        file: HANDOVER,
        find: "case 'trying':\n      return go(firmly(state, handover, plan));",
        replace: "case 'trying':\n      return schedule(state, plan, context);",
      },
    ],
    invariants: ['I7', 'I13'],
  },
  {
    name: 'handover-keeps-old-socket',
    side: 'client',
    breaks: 'The socket that was taken over from is never closed.',
    patches: [
      {
        file: HANDOVER,
        find: 'if (handover.next === null) return go(done, drop);',
        replace: 'if (handover.next === null) return go(done);',
      },
    ],
    invariants: ['I7', 'I8'],
  },
  {
    name: 'handover-drains-for-ever',
    side: 'client',
    breaks: 'The socket that goes is waited for until it has answered everything.',
    patches: [
      {
        file: BESIDE,
        find: "return go(taken, ...commands, { type: 'start-timer', timer: 'close', delayMs: DRAIN_MS });",
        replace: 'return go(taken, ...commands);',
      },
    ],
    lure: takeOverFromMute,
    invariants: ['CN-2', 'L4'],
  },
  {
    name: 'handover-failure-ends-old',
    side: 'client',
    breaks: 'A successor that fails takes the socket in use with it.',
    patches: [
      {
        file: BESIDE,
        find: "if (next.phase === 'waiting') return tryAgain(known, handover, { next, commands });",
        replace:
          "if (next.phase === 'waiting') return endingFirst({ type: 'drop', dialId: state.dialId, code: 4000 }, [next, commands]);",
      },
    ],
    invariants: ['I24'],
  },
  {
    name: 'handover-sends-on-both',
    side: 'client',
    breaks: 'What has no answer yet is sent again on the successor while the other may still answer.',
    patches: [
      {
        file: SESSION,
        find: 'this.sender.hold();',
        replace: 'this.sender.loseConnection();\n    this.sender.open(dialId, this.#receiver.terms);',
      },
    ],
    invariants: ['I7', 'I4', 'I15'],
  },
  {
    name: 'handover-reuses-token',
    side: 'client',
    breaks: 'A successor shows the token of the socket in use.',
    patches: [
      {
        file: 'src/client/connection/dials.ts',
        find: 'let answer = readTokenAnswer(await ask(() => token(request)));',
        replace:
          "this.answer = (request.reason === 'handover' ? this.answer : undefined) ?? (await ask(() => token(request))); let answer = readTokenAnswer(this.answer);",
      },
    ],
    invariants: ['I13'],
  },
  {
    name: 'handover-not-counted',
    side: 'client',
    breaks: 'Dials of handovers are not counted against the limit of a minute.',
    patches: [
      {
        file: 'src/core/connection/retry.ts',
        find: "return reason !== 'first' && reason !== 'manual';",
        replace: "return reason !== 'first' && reason !== 'manual' && reason !== 'handover';",
      },
    ],
    invariants: ['I15'],
  },
  {
    name: 'handover-outlives-close',
    side: 'client',
    breaks: 'A successor that is under way goes on when the user closes the client.',
    patches: [{ file: 'src/core/connection/when-open.ts', find: '        ...dropBeside(state),\n', replace: '' }],
    invariants: ['I8', 'I7', 'I24'],
  },
  {
    name: 'handover-takes-old-news-for-loss',
    side: 'client',
    breaks: 'A join that is answered after the other socket brought more is taken for a log that went back.',
    patches: [
      {
        file: 'src/client/receiving/joins.ts',
        find: 'conversation.inbox.join(answer, canAsk, askedFrom)',
        replace: 'conversation.inbox.join(answer, canAsk)',
      },
    ],
    lure: speakWhileJoining,
    invariants: ['L2', 'I2', 'I3', 'RX-5'],
  },
];
