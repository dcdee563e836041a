/** The frames of one text: several where it is a batch. */
export function framesOf(text: string): readonly string[] {
  if (!text.startsWith('[')) return [text];
  const json: unknown = JSON.parse(text);
  return Array.isArray(json) ? json.map((frame) => JSON.stringify(frame)) : [text];
}
