import type { CloseCause } from '../core/connection/close-cause.js';
import type { Recovery } from '../core/frame.js';
import type { MessageId, Participant, StreamEnd } from '../core/message.js';
import type { ChatSocketError } from '../errors/chat-socket-error.js';
import type { FrameFault } from '../ports/protocol.js';
import type { ChatMessage } from './chat-message.js';
import type { ConnectionSnapshot } from './chat-snapshot.js';
import type { Receipt } from './outgoing.js';

/** The events of a client, by name; each payload is one object. */
export interface ChatSocketEvents<Metadata = unknown> {
  /** After every change of status or phase. */
  'status-changed': { readonly connection: ConnectionSnapshot };
  opened: { readonly recovered: 'first' | 'full' | 'partial' | 'none' };
  closed: {
    readonly reason: 'client' | 'stopped' | 'exhausted' | 'disposed';
    readonly cause: CloseCause | null;
  };
  /** A whole message of somebody else (or of this user elsewhere): once per message, in order. */
  'message-received': { readonly conversationId: string; readonly message: ChatMessage<Metadata> };
  'message-updated': { readonly conversationId: string; readonly message: ChatMessage<Metadata> };
  /** It is gone for everybody, also where it was evicted from the history before. */
  'message-deleted': { readonly conversationId: string; readonly messageId: MessageId };
  'message-acked': { readonly conversationId: string; readonly clientMessageId: string; readonly receipt: Receipt };
  'message-failed': {
    readonly conversationId: string;
    readonly clientMessageId: string;
    readonly error: ChatSocketError;
  };
  'stream-started': { readonly conversationId: string; readonly messageId: MessageId };
  /**
   * `text` is what is new, in order, each character once and never half of one; `offset` is where it begins. Put
   * together they are the content shown. Where the server took text back, `message-updated` brings the content anew, and
   * deltas go on from there.
   */
  'stream-delta': {
    readonly conversationId: string;
    readonly messageId: MessageId;
    readonly offset: number;
    readonly text: string;
  };
  'stream-ended': { readonly conversationId: string; readonly messageId: MessageId; readonly status: StreamEnd };
  'typing-changed': { readonly conversationId: string; readonly typing: readonly Participant[] };
  'read-changed': {
    readonly conversationId: string;
    readonly messageIds: readonly MessageId[];
    readonly readBy: string;
  };
  /** Numbers that the server could not give: the range is lost, visibly. */
  'gap-detected': { readonly conversationId: string; readonly fromSeq: number; readonly toSeq: number };
  /** Numbers that were missing and came when they were asked for. */
  'gap-recovered': { readonly conversationId: string; readonly fromSeq: number; readonly toSeq: number };
  /** The history was replaced: the server's log is another one, or too much was missed. */
  'history-reset': { readonly conversationId: string };
  /**
   * A fresh connection has taken over without a moment of interruption, and the one before is closed. `recovered` is
   * what its joins brought back.
   */
  'handover-finished': { readonly recovered: Recovery };
  'token-renewed': { readonly expiresInMs: number | null };
  /** A frame was dropped. Never holds its content. */
  'frame-rejected': { readonly reason: FrameFault; readonly sizeChars: number };
  /** Trouble that belongs to no call. */
  error: { readonly error: ChatSocketError };
}

/** Hears of one kind of event. */
export type ChatListener<Name extends keyof ChatSocketEvents, Metadata = unknown> = (
  payload: ChatSocketEvents<Metadata>[Name],
) => void;

/** The names of all of them: JavaScript does not notice a misspelt one. */
export const EVENTS: Readonly<Record<keyof ChatSocketEvents, 1>> = {
  'status-changed': 1,
  opened: 1,
  closed: 1,
  'message-received': 1,
  'message-updated': 1,
  'message-deleted': 1,
  'message-acked': 1,
  'message-failed': 1,
  'stream-started': 1,
  'stream-delta': 1,
  'stream-ended': 1,
  'typing-changed': 1,
  'read-changed': 1,
  'gap-detected': 1,
  'gap-recovered': 1,
  'history-reset': 1,
  'handover-finished': 1,
  'token-renewed': 1,
  'frame-rejected': 1,
  error: 1,
};
