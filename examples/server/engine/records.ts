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
  /** The place of its last edit, deletion or read mark. */
  readonly changedSeq: number | null;
  /** A tombstone keeps its place, and nothing of what was said. */
  readonly deleted: boolean;
  /** The server that writes the answer, where several share a store. */
  readonly writer?: string;
}

/** Somebody has read messages. It takes a place in the log, so that `seq` stays contiguous for everyone. */
export interface ReadEntry {
  readonly kind: 'read';
  readonly seq: number;
  readonly messageIds: readonly string[];
  readonly readBy: string;
  readonly createdAtMs: number;
}

/** A message was edited or deleted. What it has become stands in the message itself, so nothing deleted stays behind. */
export interface ChangeEntry {
  readonly kind: 'edited' | 'deleted';
  readonly seq: number;
  readonly messageId: string;
  readonly by: string;
  readonly createdAtMs: number;
}

export type LogEntry = MessageEntry | ReadEntry | ChangeEntry;

/** The ids of messages are the server's own: `<epoch>.<seq>`. Null for any other text. */
export function seqOfMessageId(id: string): number | null {
  const digits = id.slice(id.lastIndexOf('.') + 1);
  return /^[1-9]\d{0,15}$/.test(digits) ? Number(digits) : null;
}

/** The places of the messages that an entry changed. */
export function seqsChangedBy(entry: LogEntry): readonly number[] {
  if (entry.kind === 'message') return [];
  const ids = entry.kind === 'read' ? entry.messageIds : [entry.messageId];
  return ids.flatMap((id) => seqOfMessageId(id) ?? []);
}

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
  /** More text of an answer in the making. Only a store that other servers read needs to take it. */
  | { readonly type: 'extend-entry'; readonly conversationId: string; readonly seq: number; readonly text: string }
  /** Forgets what lies before a place, but for messages that were changed since; those wait for the next time. */
  | { readonly type: 'drop-entries'; readonly conversationId: string; readonly before: number }
  | { readonly type: 'put-dedup'; readonly record: DedupRecord }
  | { readonly type: 'drop-dedup'; readonly key: DedupKey };

export interface StoredConversation {
  readonly record: ConversationRecord;
  /** The newest entries, contiguous, oldest first. */
  readonly entries: readonly LogEntry[];
  /** Older messages that those entries changed. */
  readonly changed: readonly MessageEntry[];
  /** Everything before it was dropped. */
  readonly oldestSeq: number;
}

/** What a store gives back at the start. */
export interface StoredState {
  readonly users: readonly UserRecord[];
  readonly conversations: readonly StoredConversation[];
  /** Oldest first. */
  readonly dedup: readonly DedupRecord[];
}
