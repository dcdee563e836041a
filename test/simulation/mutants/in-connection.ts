/** Mistakes in the client's connection: sockets, timers, tokens, pauses. */

import { speakShortAndLong } from './lures.js';
import type { Mutant } from './mutant.js';

const DIALS = 'src/client/connection/dials.ts';
const BATCH = 'src/client/connection/frame-batch.ts';

export const inConnection: readonly Mutant[] = [
  {
    name: 'stale-socket-accepted',
    side: 'client',
    breaks: 'What a socket tells that was given up counts for the one that took its place.',
    patches: [
      {
        file: 'src/core/connection/transition.ts',
        find: "if ('dialId' in event && !isCurrentDial(state, event.dialId)) return stay(state);",
        replace: '',
      },
    ],
    invariants: ['I14', 'I7', 'I8', 'I24'],
  },
  {
    name: 'old-socket-not-closed',
    side: 'client',
    breaks: 'A socket that is given up stays open.',
    patches: [
      {
        file: DIALS,
        find: "line.socket?.close(code, '');\n    line.socket?.abandon();",
        replace: '',
      },
    ],
    invariants: ['I7', 'I8'],
  },
  {
    name: 'timer-leak',
    side: 'client',
    breaks: 'A timer that is started again leaves the earlier one running.',
    patches: [{ file: 'src/client/named-timers.ts', find: 'this.stop(name);', replace: '' }],
    invariants: ['I8', 'I9'],
  },
  {
    name: 'ack-watch-outlives-connection',
    side: 'client',
    breaks: 'The watch over acks goes on when the connection is over.',
    patches: [{ file: 'src/client/sending/drain.ts', find: 'this.#acks.stop();', replace: '' }],
    invariants: ['I8'],
  },
  {
    name: 'reconnect-after-close',
    side: 'client',
    breaks: 'The end of a socket that the user closed leads to another dial.',
    patches: [
      {
        file: 'src/core/connection/when-closing.ts',
        find: 'return go(closed(state));',
        replace: "return beginAttempt(state.record, 'retry', context);",
      },
    ],
    invariants: ['I8'],
  },
  {
    name: 'no-pong-timeout',
    side: 'client',
    breaks: 'A ping without an answer is forgiven for ever.',
    patches: [
      { file: 'src/core/connection/pulse.ts', find: ': declareDead(state, context);', replace: ': stay(state);' },
    ],
    invariants: ['L4', 'L1'],
  },
  {
    name: 'no-connect-timeout',
    side: 'client',
    breaks: 'A dial, or a token, is waited for without end.',
    patches: [
      {
        file: 'src/core/connection/when-trying.ts',
        find: "return event.timer === 'attempt' ? timeOut(state, context) : stay(state);",
        replace: 'return stay(state);',
      },
    ],
    invariants: ['CN-2', 'L1', 'L3'],
  },
  {
    name: 'attempts-forgotten-at-open',
    side: 'client',
    breaks: 'A connection that opens and ends at once makes every retry the first one.',
    patches: [
      {
        file: 'src/core/connection/pulse.ts',
        find: 'hasOpened: true, hintedPauseMs: null }',
        replace: 'hasOpened: true, hintedPauseMs: null, retries: 0, retriesSpent: 0 }',
      },
    ],
    invariants: ['CN-4'],
  },
  {
    name: 'pause-not-capped',
    side: 'client',
    breaks: 'The pause between two dials doubles without an end.',
    patches: [
      {
        file: 'src/core/connection/backoff.ts',
        find: 'Math.min(policy.delayMaxMs, policy.delayFirstMs * power)',
        replace: 'policy.delayFirstMs * power',
      },
    ],
    invariants: ['I23'],
  },
  {
    name: 'no-limit-of-dials',
    side: 'client',
    breaks: 'The limit of dials in a minute is not kept.',
    patches: [
      {
        file: 'src/core/connection/backoff.ts',
        find: 'return oldest === undefined ? 0 :',
        replace: 'return oldest !== null ? 0 :',
      },
    ],
    invariants: ['I15'],
  },
  {
    name: 'token-reused',
    side: 'client',
    breaks: 'A token is fetched once, and serves every dial.',
    patches: [
      {
        file: DIALS,
        find: 'let answer = readTokenAnswer(await ask(() => token(request)));',
        replace: 'let answer = readTokenAnswer((this.answer ??= await ask(() => token(request))));',
      },
    ],
    invariants: ['I13'],
  },
  {
    name: 'token-kept-after-failure',
    side: 'client',
    breaks: 'After a dial that failed its token is used once more.',
    patches: [
      {
        file: DIALS,
        find: 'let answer = readTokenAnswer(await ask(() => token(request)));',
        replace:
          'const hasFailed = request.lastClose !== null && request.lastClose.ageMs === null; this.answer = (hasFailed ? this.answer : undefined) ?? (await ask(() => token(request))); let answer = readTokenAnswer(this.answer);',
      },
    ],
    invariants: ['I13'],
  },
  {
    name: 'page-listener-per-connect',
    side: 'client',
    breaks: 'Each step of the connection listens to the page once more.',
    patches: [
      {
        file: 'src/client/connection/page-watch.ts',
        find: 'if (isWanted && this.#stop === null) {',
        replace: 'if (isWanted) {',
      },
    ],
    invariants: ['I10', 'I8'],
  },
  {
    name: 'token-in-error',
    side: 'client',
    breaks: 'The error of a token that cannot travel repeats it.',
    patches: [
      {
        file: 'src/client/connection/dial-request.ts',
        find: "throw badToken('has characters outside printable ASCII');",
        replace: "throw badToken('is ' + token);",
      },
    ],
    invariants: ['I12'],
  },
  {
    name: 'batch-without-its-first',
    side: 'client',
    breaks: 'The first frame of a batch stays behind.',
    patches: [
      {
        file: BATCH,
        find: 'const texts = this.#texts;',
        replace: 'const texts = this.#texts.length > 1 ? this.#texts.slice(1) : this.#texts;',
      },
    ],
    invariants: ['L1', 'L3', 'I18'],
  },
  {
    name: 'batch-lost-when-full',
    side: 'client',
    breaks: 'What waits is forgotten when another frame has no room beside it.',
    patches: [
      {
        file: BATCH,
        find: 'if (isFull || this.#dialId !== dialId) this.flush();',
        replace: 'if (isFull) this.#texts = [];',
      },
    ],
    lure: speakShortAndLong,
    invariants: ['FR', 'L1'],
  },
];
