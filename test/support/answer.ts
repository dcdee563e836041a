/** Answers in chunks, as a server tells them. */

import type { Inbox } from '../../src/core/inbox/inbox.js';
import type { InboxChange } from '../../src/core/inbox/inbox-change.js';
import type { StreamEnd } from '../../src/core/message.js';
import { joinedAnswer, joinedInbox, numbered } from './wire-log.js';

export const ID = 'answer';

type Changes = readonly InboxChange[];

/** An answer that begins at this place of the log. */
export function begin(inbox: Inbox, seq = 2, id = ID): Changes {
  const facts = { conversationId: 'c1', epoch: 'e1', senderId: 'bot', inReplyTo: 'm1', createdAtMs: 5 };
  return inbox.receive({ type: 'stream-start', id, seq, ...facts });
}

/** A chunk of the answer, or of another one by `id`. */
export function grow(
  inbox: Inbox,
  offset: number,
  chunk: string | { readonly id: string; readonly text: string },
): Changes {
  const { id, text } = typeof chunk === 'string' ? { id: ID, text: chunk } : chunk;
  return inbox.streams.grow({ type: 'stream-delta', id, offset, text });
}

/** The end of the answer, or of another one by `id`. */
export function end(
  inbox: Inbox,
  length: number,
  { status = 'done', id = ID }: { readonly status?: StreamEnd; readonly id?: string } = {},
): Changes {
  return inbox.streams.end({ type: 'stream-end', id, length, status });
}

/** The connection is new: the server's row says how far the answer is. */
export function resume(inbox: Inbox, content: string, streaming: boolean): Changes {
  inbox.streams.stall();
  inbox.startJoin();
  return inbox.join(joinedAnswer([numbered(2, { id: ID, content, streaming, senderRole: 'assistant' })], 2)).changes;
}

/** An inbox in which an answer has begun, and has this text. */
export function growing(text = ''): Inbox {
  const inbox = joinedInbox(1);
  begin(inbox);
  grow(inbox, 0, text);
  return inbox;
}

export function shown(inbox: Inbox, id = ID): string | undefined {
  return inbox.find(id)?.content;
}

export function statusOf(inbox: Inbox, id = ID) {
  return inbox.find(id)?.stream;
}
