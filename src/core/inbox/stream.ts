/** Chunks of one answer, put together by their offset: any replay in any split gives the same text. */

/** What a chunk adds to a text: the new part, nothing, or the place from which something is missing. */
export type ChunkResult =
  | { readonly type: 'added'; readonly offset: number; readonly text: string }
  | { readonly type: 'known' }
  | { readonly type: 'missing'; readonly fromOffset: number };

/** `offset` is where `chunk` begins, in UTF-16 code units; what the text has already is cut off. */
export function placeChunk(textLength: number, offset: number, chunk: string): ChunkResult {
  if (offset > textLength) return { type: 'missing', fromOffset: textLength };
  const overlap = textLength - offset;
  if (overlap >= chunk.length) return { type: 'known' };
  return { type: 'added', offset: textLength, text: overlap === 0 ? chunk : chunk.slice(overlap) };
}

/** The text without half a character at its end: the other half is still to come. */
export function wellFormedPrefix(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}
