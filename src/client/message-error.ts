import type { MessageFailure } from '../core/message.js';
import { ChatSocketError } from '../errors/chat-socket-error.js';
import { type ChatSocketErrorCode, ERROR_CODES } from '../errors/codes.js';

/** Server words are cut: they go to logs and screens. */
const REASON_CHARS_MAX = 256;

/** A failure of a message, kept by the core as facts, as the error that users see. */
export function toMessageError(failure: MessageFailure): ChatSocketError {
  return new ChatSocketError(
    isErrorCode(failure.code) ? failure.code : 'delivery/refused',
    failure.reason.slice(0, REASON_CHARS_MAX),
  );
}

export function toMessageFailure(error: ChatSocketError): MessageFailure {
  return { code: error.code, reason: error.message };
}

function isErrorCode(code: string): code is ChatSocketErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}
