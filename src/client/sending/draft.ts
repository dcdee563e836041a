/** Checks what an application wants to send. Wrong input is refused before an id exists. */

import { ChatSocketError } from '../../errors/chat-socket-error.js';
import { badArgument, checkCallOptions } from '../options/option-checks.js';
import type { SendOptions } from '../send-options.js';

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** The content as it will travel: half characters become U+FFFD, which is what the wire makes of them anyway. */
export function checkContent(content: unknown, contentLengthMax: number): string {
  if (typeof content !== 'string') throw badArgument('send', `the content is of type ${typeof content}, not a string`);
  if (!/\S/.test(content)) throw new ChatSocketError('delivery/empty', 'Cannot send: the content is empty.');
  if (content.length > contentLengthMax) {
    throw new ChatSocketError(
      'delivery/too-long',
      `Cannot send: the content has ${content.length} characters, ${contentLengthMax} is the most.`,
      { fields: { length: content.length, lengthMax: contentLengthMax } },
    );
  }
  return content.replace(LONE_SURROGATE, '\ufffd');
}

/** The options of a send, as they came; an aborted signal is told as what it would lead to. */
export function checkSendOptions(options: SendOptions): SendOptions {
  checkCallOptions('send', options, ['metadata', 'inReplyTo', 'ttlMs', 'signal']);
  const { inReplyTo, signal, ttlMs } = options;
  if (inReplyTo !== undefined && (typeof inReplyTo !== 'string' || inReplyTo === '')) {
    throw badArgument('send', 'inReplyTo is no string with something in it');
  }
  if (ttlMs !== undefined && !(typeof ttlMs === 'number' && ttlMs > 0)) {
    throw badArgument('send', 'ttlMs is no number above 0');
  }
  if (signal?.aborted) {
    throw new ChatSocketError('delivery/cancelled', 'Cannot send: the signal is aborted already.');
  }
  return options;
}

/** When a message's time runs out: by its own limit, or by the outbox's; null for never. */
export function deadlineOf(queuedAtMs: number, ttlMs: number | undefined, ageMaxMs: number): number | null {
  const lifeMs = Math.min(ttlMs ?? ageMaxMs, ageMaxMs);
  return lifeMs === Number.POSITIVE_INFINITY ? null : queuedAtMs + lifeMs;
}

/** Metadata travels as JSON, so what JSON cannot say is refused now and not at some later resend. */
export function checkMetadata(metadata: unknown): unknown {
  if (metadata === undefined || metadata === null) return null;
  try {
    const text = JSON.stringify(metadata);
    if (text !== undefined) return JSON.parse(text);
  } catch {
    // Cycles, BigInt, a getter that throws: all one to the caller.
  }
  throw badArgument('send', 'the metadata cannot be written as JSON');
}

/** What a message counts against `outbox.bytesMax`. */
export function draftSizeBytes(content: string, metadata: unknown): number {
  return utf8SizeBytes(content) + (metadata === null ? 0 : utf8SizeBytes(JSON.stringify(metadata)));
}

function utf8SizeBytes(text: string): number {
  let sizeBytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    // Each half of a pair counts two of the pair's four bytes.
    if (unit >= 0x80) sizeBytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return sizeBytes;
}
