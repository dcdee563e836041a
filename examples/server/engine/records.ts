/** What the server keeps: the records of its store and the ways in which they change. */

/** How an answer that was written in chunks stands. */
export type StreamState = 'streaming' | 'done' | 'stopped' | 'failed';

/** When the assistant answers in a conversation: to everything, to “@bot”, or not at all. */
export type AssistantMode = 'always' | 'on-mention' | 'never';

export interface UserRecord {
  readonly id: string;
  readonly name: string;
}

export interface ConversationRecord {
  readonly id: string;
  /** Names one life of the log. A log that was lost or reset comes back under another epoch. */
  readonly epoch: string;
  /** Anybody who joins becomes a member. */
  readonly isOpen: boolean;
  readonly assistant: AssistantMode;
  readonly memberIds: readonly string[];
}

export interface MessageEntry {
  readonly kind: 'message';
  readonly seq: number;
  readonly id: string;
  readonly senderId: string;
  readonly senderName: string;
  readonly role: 'assistant' | 'system' | null;
  readonly content: string;
  readonly createdAtMs: number;
  readonly clientMessageId: string | null;
  readonly inReplyTo: string | null;
  readonly metadata: unknown;
  readonly readBy: readonly string[];
  /** Null for a message that came whole. */
  readonly stream: StreamState | null;
}

/** Somebody has read messages. It takes a place in the log, so that `seq` stays contiguous for everyone. */
export interface ReadEntry {
  readonly kind: 'read';
  readonly seq: number;
  readonly messageIds: readonly string[];
  readonly readBy: string;
  readonly createdAtMs: number;
}

export type LogEntry = MessageEntry | ReadEntry;

/** The key under which a repeated message is recognised: one user's id cannot touch another's. */
export interface DedupKey {
  readonly userId: string;
  readonly conversationId: string;
  readonly messageId: string;
}

export interface DedupRecord extends DedupKey {
  readonly fingerprint: string;
  /** The entry that the first copy became. */
  readonly id: string;
  readonly seq: number;
  readonly storedAtMs: number;
}

export type StoreWrite =
  | { readonly type: 'put-user'; readonly user: UserRecord }
  | { readonly type: 'put-conversation'; readonly conversation: ConversationRecord }
  | { readonly type: 'put-entry'; readonly conversationId: string; readonly entry: LogEntry }
  | { readonly type: 'put-dedup'; readonly record: DedupRecord }
  | { readonly type: 'drop-dedup'; readonly key: DedupKey };

export interface StoredConversation {
  readonly record: ConversationRecord;
  /** The newest entries, contiguous, oldest first. */
  readonly entries: readonly LogEntry[];
}

/** What a store gives back at the start. */
export interface StoredState {
  readonly users: readonly UserRecord[];
  readonly conversations: readonly StoredConversation[];
  /** Oldest first. */
  readonly dedup: readonly DedupRecord[];
}
