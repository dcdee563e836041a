/** What a mock's server sees of a client's close: the limits that WHATWG WebSockets put on `close(code, reason)`. */
import type { SocketClose } from '../../ports/transport.js';

const NORMAL_CODE = 1000;
const REASON_SIZE_MAX_BYTES = 123;

/** Codes that an application may not send become 1000; a longer reason ends between two characters. */
export function readClientClose(code: number, reason: string): SocketClose {
  const isAllowed = code === NORMAL_CODE || (Number.isInteger(code) && code >= 3000 && code <= 4999);
  const bytes = new TextEncoder().encode(reason).slice(0, REASON_SIZE_MAX_BYTES);
  // In a stream, half a character at the end is held back for the rest, which never comes.
  const allowedReason = new TextDecoder().decode(bytes, { stream: true });
  return { code: isAllowed ? code : NORMAL_CODE, reason: allowedReason, wasClean: true };
}
