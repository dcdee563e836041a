/** What a close frame from a client may hold: WHATWG WebSockets, `close(code, reason)`. */

const NORMAL_CODE = 1000;
const REASON_SIZE_MAX_BYTES = 123;

/** The code where an application may send it (1000, 3000 to 4999), else 1000; a browser throws for any other. */
export function toAllowedCloseCode(code: number): number {
  return code === NORMAL_CODE || (Number.isInteger(code) && code >= 3000 && code <= 4999) ? code : NORMAL_CODE;
}

/** The longest beginning of `reason` that fits into 123 bytes of UTF-8 and ends between two characters. */
export function cutCloseReason(reason: string): string {
  let sizeBytes = 0;
  let length = 0;
  for (const character of reason) {
    sizeBytes += countUtf8Bytes(character.codePointAt(0) ?? 0);
    if (sizeBytes > REASON_SIZE_MAX_BYTES) break;
    length += character.length;
  }
  return reason.slice(0, length);
}

/** A lone surrogate counts 3, the size of the replacement character that is sent for it. */
function countUtf8Bytes(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}
