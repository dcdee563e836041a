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
