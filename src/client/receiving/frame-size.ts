/** A UTF-16 code unit takes one to three bytes in UTF-8. */
const CHAR_BYTES_MAX = 3;

/** Whether a frame is longer than allowed, in UTF-8 bytes; most are so short that their length tells. */
export function isTooLong(text: string, bytesMax: number): boolean {
  if (text.length > bytesMax) return true;
  if (text.length * CHAR_BYTES_MAX <= bytesMax) return false;
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) bytes += 1;
    // Either half of a pair counts two, and both together make the four bytes of their character.
    if (code > 0x7ff && (code < 0xd800 || code > 0xdfff)) bytes += 1;
  }
  return bytes > bytesMax;
}
