/** What the answer to a join says of the time in between. */

import type { Cursor, InboundFrame, Recovery } from '../frame.js';
import type { SeqRange } from './log-position.js';

/** All that is new waits for what is asked for; servers give some fifty numbers at a time. */
const ASKED_MAX = 500;

export type JoinAnswer = Extract<InboundFrame, { readonly type: 'joined' }>;

/**
 * By the server's word and the numbers; null where it gives no numbers to compare. Another connection may have brought
 * more since it was asked, so a log went back only if it ends before the place that it was asked to go on from.
 */
export function readRecovery(answer: JoinAnswer, before: Cursor | null, askedFrom: Cursor | null): Recovery | null {
  if (answer.epoch === null || answer.latestSeq === null || before === null) return null;
  const wentBack = answer.epoch !== before.epoch || answer.latestSeq < Math.min(before.seq, askedFrom?.seq ?? 0);
  if (wentBack) return 'none';
  if (askedFrom === null) return findLoss(answer, before) === null ? 'full' : 'partial';
  return answer.recovered ?? 'full';
}

/**
 * The place in the log that a join brought us to, or the one where we are, if that is farther; servers without numbers
 * stay at their beginning.
 */
export function readCursor({ epoch, latestSeq, messages }: JoinAnswer, here: Cursor | null): Cursor | null {
  if (epoch === null || latestSeq === null) return null;
  const hereSeq = here?.epoch === epoch ? here.seq : 0;
  // A head that lies before the answer's own messages would bring those again.
  return { epoch, seq: messages.reduce((head, { seq }) => Math.max(head, seq ?? 0), Math.max(latestSeq, hereSeq)) };
}

/** What a partial answer leaves out: all from the cursor up to the first message that came after it. */
export function findLoss(answer: JoinAnswer, before: Cursor | null): SeqRange | null {
  if (before === null) return null;
  const isNew = (seq: number | null): seq is number => seq !== null && seq > before.seq;
  const firstSeq = answer.messages.map(({ seq }) => seq).find(isNew) ?? (answer.latestSeq ?? before.seq) + 1;
  return firstSeq <= before.seq + 1 ? null : { fromSeq: before.seq + 1, toSeq: firstSeq - 1 };
}

/**
 * What becomes of what a partial answer leaves out. `ask`: it is asked for before the answer is shown. `page`: the server
 * has it, but it is more than the history holds or is soon had; it is older history from here on. `lost`: it is given up.
 */
export function judgeLoss(
  { fromSeq, toSeq }: SeqRange,
  answer: JoinAnswer,
  { canAsk, historyMax }: { readonly canAsk: boolean; readonly historyMax: number },
): 'ask' | 'page' | 'lost' {
  const isFollowed = answer.messages.some(({ seq }) => seq === toSeq + 1);
  if (!isFollowed) return 'lost';
  const isShort = toSeq - fromSeq < Math.min(historyMax, ASKED_MAX);
  if (isShort) return canAsk ? 'ask' : 'lost';
  return answer.hasOlder ? 'page' : 'lost';
}
