import type { MessageFailure } from '../../core/message.js';
import { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { ChatSocketErrorCode } from '../../errors/codes.js';

/** A failure of a message, kept by the core as facts, as the error that users see. */
export function toMessageError(failure: MessageFailure): ChatSocketError {
  // The core knows no errors; every failure that it keeps was made by `toMessageFailure`.
  return new ChatSocketError(failure.code as ChatSocketErrorCode, failure.reason);
}

export function toMessageFailure(error: ChatSocketError): MessageFailure {
  return { code: error.code, reason: error.message };
}
