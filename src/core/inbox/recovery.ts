/** What the answer to a join says of the time in between. */

import type { Cursor, InboundFrame, Recovery } from '../frame.js';
import type { InboxChange } from './inbox-change.js';

export type JoinAnswer = Extract<InboundFrame, { readonly type: 'joined' }>;

/** By the server's word and the numbers; null where it gives no numbers to compare. */
export function readRecovery(answer: JoinAnswer, before: Cursor | null): Recovery | null {
  if (answer.epoch === null || answer.latestSeq === null || before === null) return null;
  const wentBack = answer.epoch !== before.epoch || answer.latestSeq < before.seq;
  return wentBack ? 'none' : (answer.recovered ?? 'full');
}

/** The place in the log that a join brought us to; servers without numbers stay at their beginning. */
export function readCursor({ epoch, latestSeq, messages }: JoinAnswer): Cursor | null {
  if (epoch === null || latestSeq === null) return null;
  // A head that lies before the answer's own messages would bring those again.
  return { epoch, seq: messages.reduce((head, { seq }) => Math.max(head, seq ?? 0), latestSeq) };
}

/** What a partial answer leaves out: all from the cursor up to the first message that came after it. */
export function findLoss(answer: JoinAnswer, before: Cursor | null): readonly InboxChange[] {
  if (before === null) return [];
  const isNew = (seq: number | null): seq is number => seq !== null && seq > before.seq;
  const firstSeq = answer.messages.map(({ seq }) => seq).find(isNew) ?? (answer.latestSeq ?? before.seq) + 1;
  return firstSeq <= before.seq + 1 ? [] : [{ type: 'gap-lost', fromSeq: before.seq + 1, toSeq: firstSeq - 1 }];
}
