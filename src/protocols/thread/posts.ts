/** Messages go out by HTTP; what the answer to one means. */

import type { InboundFrame } from '../../core/frame.js';
import type { HttpAnswer } from '../../ports/http.js';
import type { Rename } from '../rename.js';

const PAUSE_FIRST_MS = 1_000;
const PAUSE_MAX_MS = 30_000;
const TRY_AGAIN: ReadonlySet<number> = new Set([408, 425, 429]);

export interface Posted {
  readonly clientMessageId: string;
  readonly threadId: string;
  /** How often in a row the server could not take a message. */
  readonly failures: number;
  readonly rename: Rename;
}

export interface PostVerdict {
  readonly told: readonly InboundFrame[];
  /** The server could not take it now, and will be asked again. */
  readonly isOpen: boolean;
}

/** An answer that never came leaves nothing open: the key makes a repeat harmless. */
export function readPost(posted: Posted, answer: HttpAnswer | null): PostVerdict {
  const { clientMessageId, failures } = posted;
  const status = answer?.status ?? 0;
  const refused = { type: 'refused', clientMessageId, code: `HTTP_${status}`, reason: '' } as const;
  if (answer !== null && status >= 200 && status < 300) return readAccepted(posted, answer.body);
  if (status >= 400 && status < 500 && !TRY_AGAIN.has(status)) {
    return { told: [{ ...refused, verdict: 'final', retryAfterMs: null }], isOpen: false };
  }
  const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** failures);
  return { told: [{ ...refused, verdict: 'retry', retryAfterMs: answer?.retryAfterMs ?? pauseMs }], isOpen: true };
}

/** A server that does not know the thread opens another one, and the message is there. */
function readAccepted({ clientMessageId, threadId, rename }: Posted, body: string): PostVerdict {
  const { thread_id: takenTo, idempotent } = readFields(body, rename);
  if (typeof takenTo === 'string' && takenTo !== threadId) {
    const told: InboundFrame = {
      type: 'refused',
      clientMessageId,
      code: 'WRONG_CONVERSATION',
      reason: '',
      verdict: 'final',
      retryAfterMs: null,
    };
    return { told: [told], isOpen: false };
  }
  const duplicate = idempotent === true;
  return { told: [{ type: 'ack', clientMessageId, id: clientMessageId, seq: null, duplicate }], isOpen: false };
}

function readFields(body: string, rename: Rename): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? { ...rename(parsed) } : {};
  } catch {
    return {};
  }
}
