/** The text without half a character at its end: the other half is still to come. */
export function wellFormedPrefix(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}
