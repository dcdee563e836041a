/** A conversation's log as a server keeps it, and the frames that tell of it. */

import type { LogFrame, WireMessage } from '../../src/core/frame.js';
import { Inbox, type InboxBounds } from '../../src/core/inbox/inbox.js';
import type { InboxChange } from '../../src/core/inbox/inbox-change.js';

const CONVERSATION = 'c1';
export const SELF = 'user-1';
const OTHER = 'user-2';
const EPOCH = 'e1';

const BOUNDS: InboxBounds = { historyMax: 10_000, seenMax: 2_000, reorderMax: 256 };

export function makeInbox(bounds: Partial<InboxBounds> = {}): Inbox {
  let keys = 0;
  const inbox = new Inbox(CONVERSATION, { ...BOUNDS, ...bounds }, () => {
    keys += 1;
    return `key-${keys}`;
  });
  inbox.messages.identify(SELF);
  return inbox;
}

export function wireMessage(facts: Partial<WireMessage> & Pick<WireMessage, 'id'>): WireMessage {
  return {
    clientMessageId: null,
    conversationId: CONVERSATION,
    senderId: OTHER,
    senderRole: null,
    content: `text of ${facts.id}`,
    createdAtMs: 1_000,
    seq: null,
    inReplyTo: null,
    streaming: false,
    changedSeq: null,
    deleted: false,
    isRead: false,
    metadata: null,
    ...facts,
  };
}

/** The message that stands at this place of the log. */
export function numbered(seq: number, facts: Partial<WireMessage> = {}): WireMessage {
  return wireMessage({ id: `m${seq}`, seq, ...facts });
}

export function liveMessage(message: WireMessage, epoch: string | null = EPOCH): LogFrame {
  return { type: 'message', conversationId: CONVERSATION, epoch: message.seq === null ? null : epoch, message };
}

export function readEvent(seq: number, messageIds: readonly string[]): LogFrame {
  return { type: 'read', conversationId: CONVERSATION, epoch: EPOCH, messageIds, readBy: OTHER, seq };
}

type Joined = Parameters<Inbox['join']>[0];

/** The answer to a join, from a server with numbers. */
export function joinedAnswer(
  messages: readonly WireMessage[],
  latestSeq: number | null,
  facts: Partial<Joined> = {},
): Joined {
  return {
    type: 'joined',
    conversationId: CONVERSATION,
    messages,
    epoch: latestSeq === null ? null : EPOCH,
    latestSeq,
    recovered: latestSeq === null ? null : 'full',
    hasOlder: false,
    ...facts,
  };
}

/** An inbox that has joined and shows the messages 1 to `count`. */
export function joinedInbox(count: number, bounds: Partial<InboxBounds> = {}): Inbox {
  const inbox = makeInbox(bounds);
  const messages = Array.from({ length: count }, (_, index) => numbered(index + 1));
  inbox.startJoin();
  inbox.join(joinedAnswer(messages, count));
  return inbox;
}

export function idsOf(inbox: Inbox): readonly (string | null)[] {
  return inbox.rows.map(({ id }) => id);
}

/** The kinds of what changed, with the id of what was received. */
export function kindsOf(changes: readonly InboxChange[]): readonly string[] {
  return changes.map((change) => (change.type === 'received' ? `received ${change.row.id}` : change.type));
}
