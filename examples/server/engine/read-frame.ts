/** Turns a text from the wire into frames, or into the reason why it holds none. */

import { type EnvelopeClientFrame, envelopeClientFrameSchema } from 'chatsocket/schemas';

export type FrameReading =
  | { readonly ok: true; readonly frame: EnvelopeClientFrame }
  | { readonly ok: false; readonly code: string; readonly reason: string; readonly messageId: string | undefined };

/** `envelopeClientFrameSchema` as data: zod names what it knows, so a type outside of the list is told apart. */
const knownTypes = new Set<string>(envelopeClientFrameSchema.options.map((option) => option.shape.type.value));

/** One reading for each frame of a text: one, or a batch of them in a JSON array. */
export function readFrames(text: string, batchMax: number): readonly FrameReading[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return [fault('PARSE_ERROR', 'The frame is not JSON.')];
  }
  if (!Array.isArray(json)) return [readFrame(json)];
  if (json.length >= 1 && json.length <= batchMax) return json.map(readFrame);
  return [fault('VALIDATION_ERROR', `A batch holds from 1 to ${batchMax} frames.`)];
}

function readFrame(json: unknown): FrameReading {
  const parsed = envelopeClientFrameSchema.safeParse(json);
  if (parsed.success) return { ok: true, frame: parsed.data };
  const messageId = stringField(json, 'messageId');
  const type = stringField(json, 'type');
  if (type !== undefined && !knownTypes.has(type)) {
    return fault('UNKNOWN_TYPE', 'This server does not know this type of frame.', messageId);
  }
  return fault('VALIDATION_ERROR', 'The frame does not have the form of its type.', messageId);
}

function fault(code: string, reason: string, messageId?: string): FrameReading {
  return { ok: false, code, reason, messageId };
}

function stringField(json: unknown, name: string): string | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json) || !Object.hasOwn(json, name)) return undefined;
  const value: unknown = Reflect.get(json, name);
  return typeof value === 'string' && value.length >= 1 && value.length <= 200 ? value : undefined;
}
