/** What any protocol can say, in our words. Protocols translate between these and the wire. */

import type { MessageId, StreamEnd } from './message.js';

/** How far a reconnect caught up with what was missed. */
export type Recovery = 'full' | 'partial' | 'none';

/** A place in a conversation's log: `seq` counts 1, 2, 3 … within an `epoch`. */
export interface Cursor {
  readonly epoch: string;
  readonly seq: number;
}

/** A message as the server tells it. */
export interface WireMessage {
  readonly id: MessageId;
  readonly clientMessageId: string | null;
  readonly conversationId: string;
  readonly senderId: string | null;
  /** `assistant` and `system` where the protocol says so; else it follows from `senderId`. */
  readonly senderRole: 'assistant' | 'system' | null;
  readonly content: string;
  /** Unix time in milliseconds; for display only. */
  readonly createdAtMs: number;
  readonly seq: number | null;
  readonly inReplyTo: string | null;
  /** An answer still in the making: more chunks follow from here. */
  readonly streaming: boolean;
  /** The place of the last change to this message in the log; null if it was never changed. */
  readonly changedSeq: number | null;
  /** A tombstone: the message keeps its place in the log and is shown to nobody. */
  readonly deleted: boolean;
  /** Somebody else has read it. */
  readonly isRead: boolean;
  readonly metadata: unknown;
}

/** What the server announced about itself in its hello. */
export interface ServerTerms {
  /** Speaks its protocol's extension, not only the base that every server of the family has. */
  readonly extended: boolean;
  /** A repeated `clientMessageId` gets its first result instead of a second entry. */
  readonly deduplicates: boolean;
  /** Keeps the order of one sender's window, so several messages may be in flight. */
  readonly producerOrder: boolean;
  /** How long it recognises a repeat; null where it did not say. */
  readonly dedupWindowMs: number | null;
  /** Puts a contiguous `seq` on every durable event. */
  readonly sequence: boolean;
  /** Gives any stretch of the log again, or says that it cannot. */
  readonly ranges: boolean;
  /** Takes a new token on the open connection. */
  readonly inBandToken: boolean;
  /** Takes several frames in one text; without it, one. */
  readonly batch?: boolean;
  readonly contentLengthMax: number | null;
  readonly messagesPerSecond: number | null;
  readonly heartbeatIntervalMs: number | null;
}

/** A message of which nobody knows whether the server has it. */
export interface UnconfirmedMessage {
  readonly clientMessageId: string;
  readonly content: string;
  /** When its user sent it, in Unix milliseconds. */
  readonly createdAtMs: number;
}

/** What has a place in a conversation's log: it counts in `seq`, and comes again with a range. */
export type LogFrame =
  | {
      readonly type: 'message';
      readonly conversationId: string;
      readonly epoch: string | null;
      readonly message: WireMessage;
      /** What it goes before, where messages have no numbers; without it, or if that is not shown, it is the last one. */
      readonly beforeId?: MessageId | null;
    }
  /** The message as it is now; `message.seq` is its own old place, `seq` that of the change. */
  | {
      readonly type: 'message-updated';
      readonly conversationId: string;
      readonly epoch: string | null;
      readonly seq: number | null;
      readonly message: WireMessage;
    }
  | {
      readonly type: 'message-deleted';
      readonly conversationId: string;
      readonly epoch: string | null;
      readonly seq: number | null;
      readonly id: MessageId;
    }
  | {
      readonly type: 'read';
      readonly conversationId: string;
      readonly epoch: string | null;
      readonly messageIds: readonly MessageId[];
      readonly readBy: string;
      readonly seq: number | null;
    }
  | {
      readonly type: 'stream-start';
      readonly conversationId: string;
      readonly id: MessageId;
      readonly epoch: string | null;
      readonly seq: number | null;
      readonly senderId: string | null;
      readonly inReplyTo: string | null;
      readonly createdAtMs: number;
    };

export type InboundFrame =
  | LogFrame
  | {
      readonly type: 'hello';
      readonly userId: string | null;
      readonly sessionId: string | null;
      readonly expiresInMs: number | null;
      readonly terms: ServerTerms;
    }
  | {
      readonly type: 'joined';
      readonly conversationId: string;
      readonly messages: readonly WireMessage[];
      readonly epoch: string | null;
      readonly latestSeq: number | null;
      readonly recovered: Recovery | null;
      readonly hasOlder: boolean;
    }
  | {
      readonly type: 'ack';
      readonly clientMessageId: string;
      readonly id: MessageId | null;
      readonly seq: number | null;
      readonly duplicate: boolean;
    }
  | {
      readonly type: 'history-page';
      readonly conversationId: string;
      readonly messages: readonly WireMessage[];
      readonly hasOlder: boolean;
    }
  /** A stretch of the log that was asked for, oldest first; not complete where the server has no more of it. */
  | {
      readonly type: 'range';
      readonly conversationId: string;
      readonly epoch: string | null;
      readonly events: readonly LogFrame[];
      readonly isComplete: boolean;
    }
  | {
      readonly type: 'typing';
      readonly conversationId: string;
      readonly userId: string;
      readonly isTyping: boolean;
      /** An assistant is at work, which may take long: believed for a minute, and counted by `isResponding`. */
      readonly isAnswer?: boolean;
    }
  | {
      readonly type: 'stream-delta';
      readonly id: MessageId;
      /** Where `text` begins, in UTF-16 code units. */
      readonly offset: number;
      readonly text: string;
    }
  | { readonly type: 'stream-end'; readonly id: MessageId; readonly length: number; readonly status: StreamEnd }
  | { readonly type: 'stream-snapshot'; readonly id: MessageId; readonly text: string }
  | { readonly type: 'pong'; readonly latest: ReadonlyMap<string, number> | null }
  | { readonly type: 'token-expiring'; readonly expiresInMs: number }
  | { readonly type: 'token-renewed'; readonly expiresInMs: number | null }
  | { readonly type: 'server-restarting'; readonly retryAfterMs: number }
  | {
      readonly type: 'refused';
      readonly code: string;
      readonly reason: string;
      /** What the refusal means for the frame at fault, or for the connection. */
      readonly verdict: RefusalVerdict;
      /** The frame at fault, where the server names it. */
      readonly clientMessageId: string | null;
      readonly retryAfterMs: number | null;
    }
  | { readonly type: 'unknown'; readonly name: string };

/**
 * `final`: this message will never be taken. `retry`: not taken now, take it again in order.
 * `pause`: too fast, wait and go on. `token`: the connection's token is not good.
 */
export type RefusalVerdict = 'final' | 'retry' | 'pause' | 'token';

export type OutboundFrame =
  | { readonly type: 'ping' }
  | {
      readonly type: 'join';
      readonly conversationId: string;
      readonly after: Cursor | null;
      readonly streams: readonly { readonly messageId: MessageId; readonly offset: number }[];
      readonly limit: number;
      /** Own messages that a connection had and no answer names, of earlier pages too. */
      readonly unconfirmed: readonly UnconfirmedMessage[];
    }
  | {
      readonly type: 'send';
      readonly clientMessageId: string;
      readonly conversationId: string;
      readonly content: string;
      readonly metadata: unknown;
      readonly inReplyTo: string | null;
      /** This connection's count of messages in this conversation, from 1. */
      readonly producer: { readonly id: string; readonly seq: number };
      readonly sentAtMs: number;
    }
  | { readonly type: 'typing'; readonly conversationId: string; readonly isTyping: boolean }
  | { readonly type: 'mark-read'; readonly conversationId: string; readonly messageIds: readonly MessageId[] }
  | {
      readonly type: 'load-history';
      readonly conversationId: string;
      readonly before: number | null;
      readonly limit: number;
    }
  /** Both ends belong to the stretch. */
  | { readonly type: 'fetch-range'; readonly conversationId: string; readonly from: number; readonly to: number }
  | { readonly type: 'cancel-stream'; readonly conversationId: string; readonly messageId: MessageId }
  | { readonly type: 'authenticate'; readonly token: string };
