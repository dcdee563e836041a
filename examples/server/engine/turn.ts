/** One input, the moment at which it came, and the effects it has. */

import type { EnvelopeServerFrame } from 'chatsocket/schemas';
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
  | { readonly type: 'drain-started'; readonly retryAfterMs: number };

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
  readonly before: number;
  readonly limit: number;
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
  | { readonly type: 'redeem-token'; readonly request: TokenRequest; readonly token: string }
  | { readonly type: 'start-answer'; readonly streamId: string; readonly question: MessageEntry }
  | { readonly type: 'stop-answer'; readonly streamId: string };

/** The clock and the dice, read once for each input. */
export interface Moment {
  readonly nowMs: number;
  /** Unique and unguessable; becomes the epoch of a conversation that this input creates. */
  readonly freshId: string;
}

export interface Turn extends Moment {
  readonly effects: Effect[];
}
