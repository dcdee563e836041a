/** What a frame changed in a conversation, for the client to tell its users. */

import type { MessageId, MessageRow, StreamEnd } from '../message.js';

export type InboxChange =
  | { readonly type: 'received'; readonly row: MessageRow }
  | { readonly type: 'updated'; readonly row: MessageRow }
  /** An own message stands in the server's log, which is as good as its ack. */
  | {
      readonly type: 'confirmed';
      readonly clientMessageId: string;
      readonly id: MessageId;
      readonly seq: number | null;
    }
  | { readonly type: 'deleted'; readonly id: MessageId }
  | { readonly type: 'stream-started'; readonly id: MessageId }
  /** As many answers grow as may; this one is shown when another one has ended. */
  | { readonly type: 'stream-postponed'; readonly id: MessageId }
  | { readonly type: 'stream-delta'; readonly id: MessageId; readonly offset: number; readonly text: string }
  | { readonly type: 'stream-ended'; readonly id: MessageId; readonly status: StreamEnd }
  | { readonly type: 'read'; readonly messageIds: readonly MessageId[]; readonly readBy: string }
  /** Something in the middle is missing, or the log goes on beyond what came. */
  | { readonly type: 'hole-seen' }
  /** What came cannot be put in order with what is here: join again from the cursor. */
  | { readonly type: 'rejoin-needed' }
  /** The server contradicts what it said before. What is here stays. */
  | { readonly type: 'contradiction' }
  /** The server has no more of these numbers. */
  | { readonly type: 'gap-lost'; readonly fromSeq: number; readonly toSeq: number }
  /** What was missing came when it was asked for. */
  | { readonly type: 'gap-filled'; readonly fromSeq: number; readonly toSeq: number }
  | { readonly type: 'reset' }
  | { readonly type: 'duplicate' };

/** What users may hear of; what has the server asked again stays inside. */
export type ToldChange = Exclude<
  InboxChange,
  { readonly type: 'hole-seen' } | { readonly type: 'rejoin-needed' } | { readonly type: 'contradiction' }
>;
