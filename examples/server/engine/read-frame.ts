/** Turns a text from the wire into a frame, or into the reason why it is none. */

import { type EnvelopeClientFrame, envelopeClientFrameSchema } from 'chatsocket/schemas';

export type FrameReading =
  | { readonly ok: true; readonly frame: EnvelopeClientFrame }
  | { readonly ok: false; readonly code: string; readonly reason: string; readonly messageId: string | undefined };

/** `envelopeClientFrameSchema` as data: zod names what it knows, so a type outside of the list is told apart. */
const knownTypes = new Set<string>(envelopeClientFrameSchema.options.map((option) => option.shape.type.value));

export function readFrame(text: string): FrameReading {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, code: 'PARSE_ERROR', reason: 'The frame is not JSON.', messageId: undefined };
  }
  const parsed = envelopeClientFrameSchema.safeParse(json);
  if (parsed.success) return { ok: true, frame: parsed.data };
  const messageId = stringField(json, 'messageId');
  const type = stringField(json, 'type');
  if (type !== undefined && !knownTypes.has(type)) {
    return { ok: false, code: 'UNKNOWN_TYPE', reason: 'This server does not know this type of frame.', messageId };
  }
  return { ok: false, code: 'VALIDATION_ERROR', reason: 'The frame does not have the form of its type.', messageId };
}

function stringField(json: unknown, name: string): string | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json) || !Object.hasOwn(json, name)) return undefined;
  const value: unknown = Reflect.get(json, name);
  return typeof value === 'string' && value.length >= 1 && value.length <= 200 ? value : undefined;
}
