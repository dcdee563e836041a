import type { InboxBounds } from '../../core/inbox/inbox.js';
import { Inbox } from '../../core/inbox/inbox.js';
import type { MessageRow, Participant } from '../../core/message.js';
import type { ChatMessage } from '../chat-message.js';
import { toMessageError } from '../sending/message-error.js';

/** Dressed rows may outnumber those shown by this many before they are looked through. */
const DRESSED_SPARE = 256;

/** Nobody reads more names, and a server could go on for ever. */
const TYPING_MAX = 100;

interface Dressed {
  readonly row: MessageRow;
  readonly message: ChatMessage;
}

/** What the client holds of one conversation. */
export class ConversationState {
  readonly id: string;
  readonly inbox: Inbox;
  /** Who is typing, and until when it is believed. */
  readonly typingUntilMs = new Map<string, number>();
  /** The assistant: whoever has last been at work on an answer here. */
  assistantId: string | null = null;
  #typing: readonly Participant[] = Object.freeze([]);
  /** Rows as users see them; an untouched row keeps its identity. */
  #dressed = new Map<string, Dressed>();
  #dressedMax = DRESSED_SPARE;
  #messages: readonly ChatMessage[] = Object.freeze([]);
  #rows: readonly MessageRow[] = [];

  constructor(id: string, bounds: InboxBounds, makeKey: () => string) {
    this.id = id;
    this.inbox = new Inbox(id, bounds, makeKey);
  }

  /** The same array until a row changed. */
  get messages(): readonly ChatMessage[] {
    const { rows } = this.inbox;
    if (rows !== this.#rows) {
      this.#rows = rows;
      this.#messages = Object.freeze(rows.map((row) => this.dress(row)));
    }
    return this.#messages;
  }

  /** The same array until somebody began or stopped. */
  get typing(): readonly Participant[] {
    return this.#typing;
  }

  /** An answer is queued, in the making, or streaming. */
  get isResponding(): boolean {
    const { assistantId, typingUntilMs, inbox } = this;
    return (assistantId !== null && typingUntilMs.has(assistantId)) || inbox.streams.isResponding;
  }

  /** True if the list of those who type changed. */
  setTyping(userId: string, untilMs: number | null): boolean {
    const before = this.typingUntilMs.size;
    if (untilMs === null) this.typingUntilMs.delete(userId);
    else if (before < TYPING_MAX || this.typingUntilMs.has(userId)) this.typingUntilMs.set(userId, untilMs);
    if (this.typingUntilMs.size === before) return false;
    this.#typing = Object.freeze([...this.typingUntilMs.keys()].map((id) => Object.freeze({ id })));
    return true;
  }

  dress(row: MessageRow): ChatMessage {
    const known = this.#dressed.get(row.key);
    if (known?.row === row) return known.message;
    const message = toMessage(row);
    this.#dressed.set(row.key, { row, message });
    if (this.#dressed.size > this.#dressedMax) this.#undressGone();
    return message;
  }

  /** Evicted rows are not shown again. */
  #undressGone(): void {
    const dressed = new Map<string, Dressed>();
    for (const { key } of this.inbox.rows) {
      const known = this.#dressed.get(key);
      if (known !== undefined) dressed.set(key, known);
    }
    this.#dressed = dressed;
    this.#dressedMax = DRESSED_SPARE + 2 * dressed.size;
  }
}

/**
 * Frozen, for the application shares it and its sender with the client; metadata is the application's own. Field by field:
 * a spread with new names behind it costs the engine ten times as much.
 */
function toMessage(row: MessageRow): ChatMessage {
  return Object.freeze({
    key: row.key,
    id: row.id,
    clientMessageId: row.clientMessageId,
    conversationId: row.conversationId,
    sender: Object.freeze(row.sender),
    content: row.content,
    createdAtMs: row.createdAtMs,
    seq: row.seq,
    inReplyTo: row.inReplyTo,
    delivery: row.delivery,
    stream: row.stream,
    error: row.failure === null ? null : toMessageError(row.failure),
    metadata: row.metadata ?? null,
  });
}
