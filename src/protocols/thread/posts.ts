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
  const code = `HTTP_${status}`;
  if (answer !== null && status >= 200 && status < 300) return readAccepted(posted, answer.body);
  if (status >= 400 && status < 500 && !TRY_AGAIN.has(status)) {
    return { told: [refused(clientMessageId, code)], isOpen: false };
  }
  const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** failures);
  return { told: [refused(clientMessageId, code, answer?.retryAfterMs ?? pauseMs)], isOpen: true };
}

/** For good; with a pause, only for now. */
export function refused(
  clientMessageId: string | null,
  code: string,
  retryAfterMs: number | null = null,
): InboundFrame {
  const verdict = retryAfterMs === null ? 'final' : 'retry';
  return { type: 'refused', clientMessageId, code, reason: '', verdict, retryAfterMs };
}

/** A server that does not know the thread opens another one, and the message is there. */
function readAccepted({ clientMessageId, threadId, rename }: Posted, body: string): PostVerdict {
  const { thread_id: takenTo, idempotent } = readFields(body, rename);
  if (typeof takenTo === 'string' && takenTo !== threadId) {
    return { told: [refused(clientMessageId, 'WRONG_CONVERSATION')], isOpen: false };
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
