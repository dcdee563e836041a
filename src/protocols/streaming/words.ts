/** What the client is told, in its own words, where the wire has none. */

import { BASE_TERMS } from '../../core/base-terms.js';
import type { InboundFrame, Recovery, WireMessage } from '../../core/frame.js';

/** In history, and so in the hello. */
const USER_ID = 'user';

/** What was declined may go out. */
export const GO_ON: InboundFrame = {
  type: 'refused',
  code: 'SETTLED',
  reason: '',
  verdict: 'pause',
  clientMessageId: null,
  retryAfterMs: 0,
};

export function hello(): InboundFrame {
  return { type: 'hello', userId: USER_ID, sessionId: null, expiresInMs: null, terms: BASE_TERMS };
}

export function joined(
  conversationId: string,
  messages: readonly WireMessage[],
  recovered: Recovery | null,
): InboundFrame {
  return { type: 'joined', conversationId, messages, epoch: null, latestSeq: null, recovered, hasOlder: false };
}

export function ack(clientMessageId: string, id: string): InboundFrame {
  return { type: 'ack', clientMessageId, id, seq: null, duplicate: false };
}

export function gone(id: string, conversationId: string): InboundFrame {
  return { type: 'message-deleted', conversationId, epoch: null, seq: null, id };
}

/** An answer is on its way, of which nothing is there yet; or none is any more. */
export function atWork(conversationId: string, isTyping: boolean): InboundFrame {
  return { type: 'typing', conversationId, userId: 'assistant', isTyping, isAnswer: true };
}

/** The history does not have it, so it is to go out again; a moment later, for others may be told after it, and all go in their order. */
export function lost(clientMessageId: string): InboundFrame {
  const reason = 'The history does not have it.';
  return { type: 'refused', code: 'LOST', reason, verdict: 'retry', clientMessageId, retryAfterMs: 1 };
}
