import type { MessageFailure } from '../../core/message.js';
import { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { ChatSocketErrorCode } from '../../errors/codes.js';

/** A failure of a message, kept by the core as facts, as the error that users see. */
export function toMessageError({ code, reason, ...facts }: MessageFailure): ChatSocketError {
  // The core knows no errors; every failure that it keeps was made by `toMessageFailure`.
  return new ChatSocketError(code as ChatSocketErrorCode, reason, facts);
}

export function toMessageFailure(error: ChatSocketError): MessageFailure {
  const { code, message: reason, retryable, fields } = error;
  return { code, reason, retryable, fields };
}
