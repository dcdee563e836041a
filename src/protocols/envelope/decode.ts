import type { InboundFrame } from '../../core/frame.js';
import type { DecodeResult } from '../../ports/protocol.js';
import { translate } from './translate.js';
import { isServerFrame, isServerFrameType } from './validators.js';

/** The longest name of an unknown frame that is kept. */
const NAME_LENGTH_MAX = 64;

/**
 * Reads one text frame: an envelope, or a batch of them in a JSON array. A bad envelope in a batch costs none of its
 * neighbours: it becomes `{ type: 'unknown', name: 'invalid-shape' }` in its place, and only a batch without a single
 * good one is a fault. The bare texts `ping` and `pong`, which are not JSON, count as signs of life.
 */
export function decode(text: string): DecodeResult {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return readBareText(text.trim());
  }
  if (typeof parsed !== 'object' || parsed === null) return { ok: false, reason: 'not-an-object' };
  return readBatch(Array.isArray(parsed) ? parsed : [parsed]);
}

function readBareText(text: string): DecodeResult {
  if (text === 'pong') return { ok: true, frames: [{ type: 'pong', latest: null }] };
  if (text === 'ping') return { ok: true, frames: [{ type: 'unknown', name: 'ping' }] };
  return { ok: false, reason: text === '' ? 'empty' : 'not-json' };
}

function readBatch(envelopes: readonly unknown[]): DecodeResult {
  const frames: InboundFrame[] = [];
  let faults = 0;
  for (const envelope of envelopes) {
    const frame = readEnvelope(envelope);
    if (frame === null) faults += 1;
    frames.push(frame ?? { type: 'unknown', name: 'invalid-shape' });
  }
  if (faults === frames.length) return { ok: false, reason: faults === 0 ? 'empty' : 'invalid-shape' };
  return { ok: true, frames };
}

/** Null for what is no envelope, or one that its schema refuses. */
function readEnvelope(value: unknown): InboundFrame | null {
  if (typeof value !== 'object' || value === null || !('type' in value)) return null;
  if (isServerFrame(value)) return translate(value);
  if (typeof value.type !== 'string' || isServerFrameType(value.type)) return null;
  return { type: 'unknown', name: value.type.slice(0, NAME_LENGTH_MAX) };
}
