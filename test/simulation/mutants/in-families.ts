/** Mistakes in the protocols of families, each looked for in the lives of its own. */

import { askBeforeHistory, comeBackAfterLogout } from './lures.js';
import type { Mutant } from './mutant.js';

const STREAMING = 'src/protocols/streaming';
const THREAD = 'src/protocols/thread';

const inStreaming: readonly Mutant[] = [
  {
    name: 'word-for-the-next-question',
    breaks: 'A question that the history had first is forgotten, and the word on it counts for the next one.',
    patches: [
      {
        file: `${STREAMING}/questions.ts`,
        find: "if (question.status === 'asked') question.status = 'found';",
        replace: "if (question.status === 'asked') this.drop(question.id);",
      },
    ],
    lure: askBeforeHistory,
    invariants: ['I5'],
  },
  {
    name: 'lost-too-early',
    breaks: 'A question counts as lost before the server had time to store it, and is asked twice.',
    patches: [
      {
        file: `${STREAMING}/dialogue.ts`,
        find: 'if (question.lostAtMs + LOOK_AGAIN_MS > line.readAtMs) return [];',
        replace: 'if (Number.isNaN(0)) return [];',
      },
    ],
    invariants: ['DS-3'],
  },
  {
    name: 'newer-overtakes-lost',
    breaks: 'A newer question does not wait for one that was lost.',
    patches: [
      {
        file: `${STREAMING}/dialogue.ts`,
        find: 'if (this.#mustKeepOrder(line.id)) return',
        replace: 'if (Number.isNaN(0)) return',
      },
    ],
    invariants: ['I4'],
  },
  {
    name: 'dead-answer-kept',
    breaks: 'An answer of a dead socket stays beside the one that the history has.',
    patches: [{ file: `${STREAMING}/answers.ts`, find: 'this.#settlement.claimOld(this.#list);', replace: '' }],
    invariants: ['L1'],
  },
  {
    name: 'broken-off-before-said-anew',
    breaks: 'The history settles what broke off at its very end, and what was said anew stays beside it.',
    patches: [
      {
        file: `${STREAMING}/settle.ts`,
        find: "open.indexOf(same.find(({ status }) => status === 'done') ?? first)",
        replace: 'open.indexOf(first)',
      },
    ],
    invariants: ['ST-3'],
  },
  {
    name: 'overtaken-answer-twice',
    breaks: 'An answer that the history has before its slow socket is shown once more at its end.',
    patches: [{ file: `${STREAMING}/answers.ts`, find: 'this.#settlement.claim(answer)', replace: 'false' }],
    invariants: ['ST-3'],
  },
  {
    name: 'failed-answer-kept',
    breaks: 'An answer that a worker said anew stays beside what it had said before it failed.',
    patches: [
      {
        file: `${STREAMING}/answers.ts`,
        find: "question === null && failed?.status === 'failed' ?",
        replace: 'failed === null && failed?.status === null ?',
      },
    ],
    invariants: ['L1'],
  },
].map((mutant) => ({ ...mutant, side: 'protocol', family: 'streaming' }) as const);

const inThread: readonly Mutant[] = [
  {
    name: 'other-key-for-a-repeat',
    breaks: 'A message is posted again under another key, and stored twice.',
    patches: [
      {
        file: `${THREAD}/dialogue.ts`,
        find: 'client_msg_id: clientMessageId });',
        replace: 'client_msg_id: clientMessageId + this.#failures });',
      },
    ],
    invariants: ['I5', 'G2'],
  },
  {
    name: 'second-run-shown',
    breaks: 'A reply that a second run of its task says again is shown again.',
    patches: [
      {
        file: `${THREAD}/replies.ts`,
        find: "...(inReplyTo === null ? [] : [JSON.stringify(['words'",
        replace: "...(Number.isInteger(0) ? [] : [JSON.stringify(['words'",
      },
    ],
    invariants: ['L1'],
  },
  {
    name: 'repeat-not-acked',
    breaks: 'A reply that comes again is not acked again, though the first ack may be lost.',
    patches: [
      {
        file: `${THREAD}/dialogue.ts`,
        find: 'if (ackId !== null) texts.push(',
        replace: 'if (ackId !== null && !isRepeat) texts.push(',
      },
    ],
    invariants: ['L1'],
  },
  {
    name: 'told-again-after-logout',
    breaks: 'Who has logged out is told again what he was told before.',
    patches: [
      {
        file: `${THREAD}/dialogue.ts`,
        find: 'if (afterSeq === null && this.#hasJoined) this.#told.clear();',
        replace: '',
      },
      {
        file: 'src/protocols/dialogue/dialogue-transport.ts',
        find: 'forget() {\n      dialogue = spoken.startDialogue();',
        replace: 'forget() {',
      },
    ],
    lure: comeBackAfterLogout,
    invariants: ['I2'],
  },
].map((mutant) => ({ ...mutant, side: 'protocol', family: 'thread' }) as const);

const inBase: readonly Mutant[] = [
  {
    name: 'resent-where-unsafe',
    breaks: 'A message is sent again to a server that does not know a repeat.',
    patches: [
      {
        file: 'src/core/outbox/resend.ts',
        find: "return policy === 'always' || (policy === 'when-safe' && deduplicates);",
        replace: "return policy !== 'never' || deduplicates;",
      },
    ],
    invariants: ['G2'],
  },
  {
    name: 'own-echo-not-known',
    breaks: 'The copy of an own message is taken for another one.',
    patches: [
      {
        file: 'src/core/inbox/same-words.ts',
        find: 'if (!isOnItsWay || row.content.trim()',
        replace: 'if (isOnItsWay || row.content.trim()',
      },
    ],
    invariants: ['L1', 'I5'],
  },
  {
    name: 'pace-too-fast',
    breaks: 'The default pace is above what servers of the base family allow.',
    patches: [
      {
        file: 'src/client/options/resolve-outbox.ts',
        find: "number('ratePerSecond', [1, Infinity, 15])",
        replace: "number('ratePerSecond', [1, Infinity, 60])",
      },
    ],
    invariants: ['I15'],
  },
].map((mutant) => ({ ...mutant, side: 'client', family: 'base' }) as const);

export const inFamilies: readonly Mutant[] = [...inStreaming, ...inThread, ...inBase];
