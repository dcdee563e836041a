/** What a client of a thread shows, and what it must show by what the server knows to have reached it. */

import type { ChatMessage } from '../../../../src/client/chat-message.js';
import type { Life } from '../../device/life.js';
import type { ThreadServer } from './server.js';

/** Nothing can be had again here, so a page shows what it was given: all that it has acked, and all that it has sent. */
export function findDifference(server: ThreadServer, life: Life): string | null {
  if (!server.worker.isIdle) return 'the worker is busy';
  const { messages } = life.client.conversation([...life.joined][0] ?? '').snapshot;
  const unacked = server.replies.find(({ ackedBy }) => ackedBy.size === 0);
  if (unacked !== undefined) return `nobody has acked ${unacked.id}`;
  return findUnshown(server, life, messages) ?? findDoubled(messages) ?? findOpen(server, messages);
}

function findUnshown(server: ThreadServer, life: Life, messages: readonly ChatMessage[]): string | null {
  // Who logs out forgets what was told, in every tab.
  const acked = server.hadLogout ? [] : server.replies.filter(({ ackedBy }) => ackedBy.has(life));
  const missing = acked.find((reply) => !messages.some((shown) => saysTheSame(shown, reply)));
  if (missing !== undefined) return `${missing.id} was acked, and is not shown`;
  const sent = messages.filter(({ delivery }) => delivery === 'sent');
  const unknown = sent.find(({ clientMessageId }) => !server.posts.has(clientMessageId ?? ''));
  return unknown === undefined ? null : `${unknown.clientMessageId} is shown as sent, and the server does not have it`;
}

function findDoubled(messages: readonly ChatMessage[]): string | null {
  const replies = messages.filter(({ inReplyTo }) => inReplyTo !== null);
  const doubled = replies.find((one) =>
    replies.some((other) => other !== one && other.inReplyTo === one.inReplyTo && other.content === one.content),
  );
  return doubled === undefined ? null : `${doubled.id} is shown twice`;
}

/** Where other tabs may have acked a reply, a failed task is open here until it is given up. */
function findOpen(server: ThreadServer, messages: readonly ChatMessage[]): string | null {
  const open = messages.find(({ stream }) => stream === 'streaming' || stream === 'stalled');
  return open === undefined || server.devicesCount > 1 ? null : `${open.id} is still ${open.stream}`;
}

function saysTheSame({ inReplyTo, content }: ChatMessage, reply: { inReplyTo: string; text: string }): boolean {
  return inReplyTo === reply.inReplyTo && content === reply.text;
}
