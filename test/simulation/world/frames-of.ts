/** The same text is asked about where it is given, where it is noted and where it arrives. */
let latest: { readonly text: string; readonly frames: readonly string[] } = { text: '[]', frames: [] };

/** The frames of one text: several where it is a batch. */
export function framesOf(text: string): readonly string[] {
  if (!text.startsWith('[')) return [text];
  if (text !== latest.text) latest = { text, frames: read(text) };
  return latest.frames;
}

function read(text: string): readonly string[] {
  const json: unknown = JSON.parse(text);
  return Array.isArray(json) ? json.map((frame) => JSON.stringify(frame)) : [text];
}
