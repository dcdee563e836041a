/** Reads what a client sent, field by field; nothing is trusted to be there. */

export interface ClientEnvelope {
  readonly type: string;
  readonly messageId: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** One reading for each frame of a text, which holds several only where batches are taken; null for what is no envelope. */
export function readClientFrames(text: string, takesBatches: boolean): readonly (ClientEnvelope | null)[] {
  const json = parse(text);
  return takesBatches && Array.isArray(json) && json.length > 0 ? json.map(readFrame) : [readFrame(json)];
}

function readFrame(frame: unknown): ClientEnvelope | null {
  if (!isRecord(frame) || typeof frame['type'] !== 'string') return null;
  const { type, messageId, payload } = frame;
  return {
    type,
    messageId: typeof messageId === 'string' ? messageId : null,
    payload: isRecord(payload) ? payload : {},
  };
}

export function readString(payload: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = payload[name];
  return typeof value === 'string' ? value : null;
}

export function readNumber(payload: Readonly<Record<string, unknown>>, name: string): number | null {
  const value = payload[name];
  return typeof value === 'number' ? value : null;
}

export function readRecord(
  payload: Readonly<Record<string, unknown>>,
  name: string,
): Readonly<Record<string, unknown>> | null {
  const value = payload[name];
  return isRecord(value) ? value : null;
}

export function readList(payload: Readonly<Record<string, unknown>>, name: string): readonly unknown[] {
  const value = payload[name];
  return Array.isArray(value) ? value : [];
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
