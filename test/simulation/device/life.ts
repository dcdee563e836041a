/** One client, from its making to its end, and all that it told. */

import type { ChatMessage } from '../../../src/client/chat-message.js';
import type { ConnectionSnapshot } from '../../../src/client/chat-snapshot.js';
import type { ChatSocketClient } from '../../../src/client/chat-socket-client.js';
import type { ChatSocketEvents } from '../../../src/client/chat-socket-events.js';
import type { Outgoing, Receipt } from '../../../src/client/outgoing.js';
import type { Device } from './device.js';
import type { Process } from './lifetime.js';

/** A call of `send` that was not refused. */
export interface Attempt {
  readonly life: Life;
  readonly conversationId: string;
  /** As it was changed last. */
  text: string;
  readonly outgoing: Outgoing;
  /** Its own limit; null leaves it to the outbox. */
  readonly ttlMs: number | null;
  readonly atMs: number;
  /** Null until `persisted` settles. */
  durable: boolean | null;
  /** Null until an event says that it is over. */
  end:
    | { readonly kind: 'acked'; readonly receipt: Receipt }
    | { readonly kind: 'failed'; readonly code: string }
    | null;
  endedAtMs: number | null;
  /** What `acked` came to: `acked`, or the code of its error; null while it is open. */
  promised: string | null;
  /** How often it was told to be over. */
  settledCount: number;
  /** It failed, and the user tried again. */
  wasRetried: boolean;
}

export type EventName = keyof ChatSocketEvents;

/** In the order in which they are listened to. */
export const EVENT_NAMES: readonly EventName[] = [
  'status-changed',
  'opened',
  'closed',
  'message-received',
  'message-updated',
  'message-deleted',
  'message-acked',
  'message-failed',
  'stream-started',
  'stream-delta',
  'stream-ended',
  'typing-changed',
  'read-changed',
  'gap-detected',
  'gap-recovered',
  'history-reset',
  'handover-finished',
  'token-renewed',
  'frame-rejected',
  'error',
];

export type Told = {
  [Name in EventName]: { readonly name: Name; readonly payload: ChatSocketEvents[Name] };
}[EventName];

export interface Life {
  readonly device: Device;
  readonly number: number;
  readonly process: Process;
  readonly client: ChatSocketClient;
  /** By client message id. */
  readonly attempts: Map<string, Attempt>;
  /** Conversations that it takes part in. */
  readonly joined: Set<string>;
  /** Wanted on: what the user asked for last. */
  isWanted: boolean;
  /** Ids of its rows that another tab took, which sends them when it can. */
  readonly lostRows: Set<string>;
  /** The user logged out in this life, at this time. */
  loggedOutAtMs: number | null;
  isOver: boolean;
  /** What the last `status-changed` told. */
  connection: ConnectionSnapshot;
  /** `closed` was told since the client was last closed. */
  closedTold: boolean;
  /** Messages that it told to have come in. */
  readonly received: ChatMessage[];
  /** Frames that it gave to its sockets, whether those took them or not. */
  framesGiven: number;
  /** Events told so far. */
  toldCount: number;
  /** When it last asked for a token. */
  askedAtMs: number;
  /** When its user last did something. */
  touchedAtMs: number;
  /** What it showed last, by conversation. */
  readonly shown: Map<string, readonly ChatMessage[]>;
  /** Ids of what others wrote and this user marked as read, by conversation. */
  readonly read: Map<string, Set<string>>;
  /** Older messages that the user asked for. */
  olderMax: number;
  /** How often each event was heard, by the listener that was added first and by the last. */
  readonly heard: { readonly first: Map<EventName, number>; readonly last: Map<EventName, number> };
}

export function nameOf(life: Life): string {
  return `d${life.device.index}.${life.number}`;
}
