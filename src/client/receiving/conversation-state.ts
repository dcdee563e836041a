import type { InboxBounds } from '../../core/inbox/inbox.js';
import { Inbox } from '../../core/inbox/inbox.js';
import type { MessageRow, Participant } from '../../core/message.js';
import type { ChatMessage } from '../chat-message.js';
import { toMessageError } from '../sending/message-error.js';

/** What the client holds of one conversation. */
export class ConversationState {
  readonly id: string;
  readonly inbox: Inbox;
  /** Who is typing, and until when it is believed. */
  readonly typingUntilMs = new Map<string, number>();
  #typing: readonly Participant[] = [];
  /** Rows as users see them; an untouched row keeps its identity. */
  readonly #dressed = new WeakMap<MessageRow, ChatMessage>();
  #messages: readonly ChatMessage[] = [];
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
      this.#messages = rows.map((row) => this.dress(row));
    }
    return this.#messages;
  }

  /** The same array until somebody began or stopped. */
  get typing(): readonly Participant[] {
    return this.#typing;
  }

  /** True if the list of those who type changed. */
  setTyping(userId: string, untilMs: number | null): boolean {
    const before = this.typingUntilMs.size;
    if (untilMs === null) this.typingUntilMs.delete(userId);
    else this.typingUntilMs.set(userId, untilMs);
    if (this.typingUntilMs.size === before) return false;
    this.#typing = [...this.typingUntilMs.keys()].map((id) => ({ id }));
    return true;
  }

  dress(row: MessageRow): ChatMessage {
    const known = this.#dressed.get(row);
    if (known !== undefined) return known;
    const { failure, metadata, ...facts } = row;
    const message: ChatMessage = {
      ...facts,
      error: failure === null ? null : toMessageError(failure),
      metadata: metadata ?? null,
    };
    this.#dressed.set(row, message);
    return message;
  }
}
