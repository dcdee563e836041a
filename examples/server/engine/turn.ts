/** One input, the moment at which it came, and the effects it has. */

import type { EnvelopeClientFrame, EnvelopeServerFrame } from 'chatsocket/schemas';
import type { AssistantMode, LogEntry, MessageEntry, StoreWrite, StreamState, UserRecord } from './records.js';

export type EngineInput =
  | { readonly type: 'started'; readonly rooms: readonly RoomSeed[] }
  | { readonly type: 'user-registered'; readonly user: UserRecord }
  | {
      readonly type: 'conversation-created';
      readonly conversationId: string;
      readonly memberIds: readonly string[];
      readonly assistant: AssistantMode;
    }
  | {
      readonly type: 'connected';
      readonly connectionId: string;
      readonly user: UserRecord;
      readonly expiresInMs: number;
    }
  | { readonly type: 'text-received'; readonly connectionId: string; readonly text: string }
  | { readonly type: 'disconnected'; readonly connectionId: string }
  | { readonly type: 'stored'; readonly laneId: string }
  | { readonly type: 'page-read'; readonly request: PageRequest; readonly entries: readonly LogEntry[] }
  | { readonly type: 'token-redeemed'; readonly request: TokenRequest; readonly expiresInMs: number | null }
  | { readonly type: 'expiry-near'; readonly connectionId: string; readonly expiresInMs: number }
  | { readonly type: 'answer-extended'; readonly streamId: string; readonly text: string }
  | { readonly type: 'answer-ended'; readonly streamId: string; readonly status: Exclude<StreamState, 'streaming'> }
  | {
      readonly type: 'posted';
      readonly conversationId: string;
      readonly author: UserRecord;
      readonly contents: readonly string[];
    }
  | (MessageChange & { readonly type: 'message-edited'; readonly content: string })
  | (MessageChange & { readonly type: 'message-deleted' })
  | { readonly type: 'entries-read'; readonly request: EntriesRequest; readonly read: EntriesRead }
  | { readonly type: 'restart-announced'; readonly retryAfterMs: number }
  | { readonly type: 'drain-started'; readonly retryAfterMs: number }
  | SharingInput;

/** What comes in where several servers share a store; from a store of one's own nothing of this comes. */
export type SharingInput =
  /** Ahead of what this server has under way in the same lane, which is void therefore. */
  | { readonly type: 'written-elsewhere'; readonly laneId: string; readonly writes: readonly StoreWrite[] }
  | { readonly type: 'signalled'; readonly signal: Typing }
  /** All that was stored when `catch-up` was asked for has been taken in. */
  | { readonly type: 'caught-up'; readonly connectionId: string; readonly frame: EnvelopeClientFrame }
  | { readonly type: 'server-gone'; readonly serverId: string };

export interface Typing {
  readonly type: 'typing';
  readonly isTyping: boolean;
  readonly conversationId: string;
  readonly userId: string;
}

/** A change that the application makes; whoever may make it was asked before. */
export interface MessageChange {
  readonly conversationId: string;
  readonly messageId: string;
  /** A user's id, for the record. */
  readonly by: string;
  /** Named where somebody waits for `change-settled`. */
  readonly changeId?: string;
}

/** `unchanged`: it was so already. `refused`: not a text that a message can have, or the message is a tombstone. */
export type ChangeOutcome = 'stored' | 'unchanged' | 'not-found' | 'refused';

/** A conversation that anybody may join. */
export interface RoomSeed {
  readonly id: string;
  readonly assistant: AssistantMode;
}

/** A page that lies outside of memory. */
export interface PageRequest {
  readonly connectionId: string;
  readonly conversationId: string;
  readonly messageId: string | undefined;
  /** Exclusive at both ends. */
  readonly after: number;
  readonly before: number;
  readonly limit: number;
}

/** A stretch of the log outside of memory, both ends included, and what it is wanted for. */
export interface EntriesRequest {
  readonly conversationId: string;
  readonly from: number;
  readonly to: number;
  readonly reason:
    | { readonly type: 'range'; readonly ask: RangeAsk }
    | { readonly type: 'stream'; readonly connectionId: string; readonly offset: number | null }
    | {
        readonly type: 'change';
        readonly input: Extract<EngineInput, MessageChange>;
        /** What has happened since the store was asked is all in memory, unless memory has moved on behind it. */
        readonly askedAtHead: number;
      };
}

/** A client's `fetch_range`. */
export interface RangeAsk {
  readonly connectionId: string;
  readonly conversationId: string;
  readonly messageId: string | undefined;
  readonly from: number;
  readonly to: number;
}

export interface EntriesRead {
  /** Oldest first. */
  readonly entries: readonly LogEntry[];
  /** The messages that these entries changed, where they lie elsewhere. */
  readonly changed: readonly MessageEntry[];
}

export interface TokenRequest {
  readonly connectionId: string;
  readonly userId: string;
  readonly messageId: string | undefined;
}

export type Effect =
  | { readonly type: 'send'; readonly connectionIds: readonly string[]; readonly frame: EnvelopeServerFrame }
  | { readonly type: 'close'; readonly connectionId: string; readonly code: number; readonly reason: string }
  /** One atomic batch; answer with `stored` once it is durable. A batch that fails must end the server. */
  | { readonly type: 'store'; readonly laneId: string; readonly writes: readonly StoreWrite[] }
  | { readonly type: 'read-page'; readonly request: PageRequest }
  | { readonly type: 'read-entries'; readonly request: EntriesRequest }
  | { readonly type: 'change-settled'; readonly changeId: string; readonly outcome: ChangeOutcome }
  | { readonly type: 'redeem-token'; readonly request: TokenRequest; readonly token: string }
  | { readonly type: 'start-answer'; readonly streamId: string; readonly question: MessageEntry }
  | { readonly type: 'stop-answer'; readonly streamId: string }
  /** To be told to the other servers, and stored nowhere. */
  | { readonly type: 'signal'; readonly signal: Typing }
  /** The frame speaks of what only another server can have seen; answer with `caught-up`. */
  | { readonly type: 'catch-up'; readonly connectionId: string; readonly frame: EnvelopeClientFrame };

/** The clock and the dice, read once for each input. */
export interface Moment {
  readonly nowMs: number;
  /** Unique and unguessable; becomes the epoch of a conversation that this input creates. */
  readonly freshId: string;
}

export interface Turn extends Moment {
  readonly effects: Effect[];
}
