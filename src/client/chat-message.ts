import type { MessageRow } from '../core/message.js';
import type { ChatSocketError } from '../errors/chat-socket-error.js';

/** A message as an application shows it. Immutable: a change makes a new object, an untouched row keeps its identity. */
export interface ChatMessage<Metadata = unknown> extends Omit<MessageRow, 'failure' | 'metadata'> {
  readonly error: ChatSocketError | null;
  /** The application's own payload; null where there is none. */
  readonly metadata: Metadata | null;
}
