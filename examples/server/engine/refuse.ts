/** Saying no: fixed texts that tell nothing about the server, and the end of those who do not listen. */

import type { Turn } from './turn.js';
import { type Connection, hangUp, tell, type World } from './world.js';

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly messageId: string | undefined;
  readonly retryAfterMs?: number;
  readonly expected?: number;
  /** Counts towards the end of the connection. */
  readonly isViolation?: boolean;
}

export function refuse(world: World, turn: Turn, refusal: Refusal & { connection: Connection }): void {
  const { connection, code, message, messageId, retryAfterMs, expected } = refusal;
  tell(world, turn, {
    connectionId: connection.id,
    frame: {
      type: 'error',
      ...(messageId === undefined ? {} : { messageId }),
      payload: {
        code,
        message,
        ...(messageId === undefined ? {} : { messageId }),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        ...(expected === undefined ? {} : { expected }),
      },
    },
  });
  if (refusal.isViolation === true && connection.violations.add(turn.nowMs)) {
    hangUp(world, turn, { connectionId: connection.id, code: 4429, reason: 'Too many refused frames' });
  }
}

export function tooFast(messageId: string | undefined, retryAfterMs: number): Refusal {
  const message = 'Too many frames. Wait, then send again.';
  return { code: 'RATE_LIMIT', message, messageId, retryAfterMs, isViolation: true };
}

export function notFound(messageId: string | undefined): Refusal {
  return { code: 'CONVERSATION_NOT_FOUND', message: 'There is no such conversation for you.', messageId };
}
