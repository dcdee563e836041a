/** Why a message failed, in words and fields. No text of a message is in them. */

import type { OutboxEntry } from '../../core/outbox/outbox-entry.js';
import { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { ResolvedOptions } from '../options/resolve-options.js';

export function cancelledError(id: string): ChatSocketError {
  return new ChatSocketError('delivery/cancelled', `The message ${id} was cancelled before the server had it.`);
}

export function expiredError({ id, transmittedAtMs }: OutboxEntry): ChatSocketError {
  const isUnknown = transmittedAtMs !== null;
  const why = isUnknown
    ? 'was sent, and its time ran out before the server said whether it has it'
    : 'was not sent before its time ran out';
  return new ChatSocketError(
    'delivery/expired',
    `The message ${id} ${why}. outbox.retry() sends it with the same id.`,
    {
      retryable: true,
      fields: { outcome: isUnknown ? 'unknown' : 'not-sent' },
    },
  );
}

export function evictedError(id: string): ChatSocketError {
  return new ChatSocketError('delivery/evicted', `The message ${id} gave way: the outbox is full.`, {
    retryable: true,
    fields: { outcome: 'not-sent' },
  });
}

export function poisonError(id: string): ChatSocketError {
  const reason = `The server ended the connection each time the message ${id} was sent.`;
  return new ChatSocketError('delivery/poison', reason, { fields: { outcome: 'unknown' } });
}

/** A client ended before the message was confirmed. `isKept`: by a durable store, so that it outlives the client. */
export function endedError(how: 'closed' | 'disposed', isKept: boolean): ChatSocketError {
  const reason = `The client was ${how} before the message was confirmed. ${ENDED_TEXTS[how][isKept ? 'kept' : 'inMemory']}`;
  return new ChatSocketError('delivery/closed', reason, {
    fields: { retained: isKept || how === 'closed', durable: isKept },
  });
}

/** What the sender of a message was told too late, for those who look at the client. */
export function lostWithClientError(how: 'closed' | 'disposed', count: number): ChatSocketError {
  const reason = `The client was ${how} before ${count} of its messages were confirmed. ${ENDED_TEXTS[how].inMemory}`;
  return new ChatSocketError('delivery/closed', reason, { fields: { count } });
}

const WAY_OUT = 'Use indexedDbOutboxStore, or a client that outlives the component.';

const ENDED_TEXTS = {
  closed: {
    kept: 'It stays in the outbox and goes out with the next connect(); do not send it again.',
    inMemory: `What this client has in memory alone goes out if it connects again, else never. ${WAY_OUT}`,
  },
  disposed: {
    kept: 'The store keeps it for the next client of this identity.',
    inMemory: `What it had in memory alone is not kept. ${WAY_OUT}`,
  },
} as const;

export function tooBigError(): ChatSocketError {
  const reason = 'The server closed the connection because a frame was too big (1009).';
  return new ChatSocketError('delivery/too-big', reason);
}

export function unsendableError(): ChatSocketError {
  return new ChatSocketError('protocol/unsupported', 'Cannot send: the protocol has no frame for messages.');
}

export function fullError(
  full: 'messages' | 'bytes',
  sizeBytes: number,
  { messagesMax, bytesMax }: ResolvedOptions['outbox'],
): ChatSocketError {
  const isTooBig = sizeBytes > bytesMax;
  const why = isTooBig
    ? `the message has ${sizeBytes} bytes, and the outbox holds ${bytesMax}. Raise outbox.bytesMax.`
    : full === 'messages'
      ? `the outbox holds ${messagesMax} messages. Wait for acks, or raise outbox.messagesMax.`
      : `the outbox holds as many of its ${bytesMax} bytes as it can. Wait for acks, or raise outbox.bytesMax.`;
  const fields = { messagesMax, bytesMax, sizeBytes };
  return new ChatSocketError('delivery/outbox-full', `Cannot send: ${why}`, { retryable: !isTooBig, fields });
}
