/** The client's own frames as text: what passes between a client and the dialogue that speaks for it. */

import type { InboundFrame, OutboundFrame } from '../../core/frame.js';
import type { DecodeResult, FrameFault } from '../../ports/protocol.js';

export function writeTold(frames: readonly InboundFrame[], isOwnWord: boolean): string {
  return JSON.stringify({ ok: true, frames, isOwnWord });
}

export function writeFault(reason: FrameFault): string {
  return JSON.stringify({ ok: false, reason });
}

/** Reads what the two above have written. A text that neither wrote is one that nobody was to read. */
export function readTold(text: string): DecodeResult {
  if (!text.startsWith('{"ok":')) return { ok: false, reason: 'invalid-shape' };
  // Safe: it comes from the functions above. No frame that a dialogue tells holds anything but plain values.
  return JSON.parse(text) as DecodeResult;
}

export function writeAsked(frame: OutboundFrame): string {
  return JSON.stringify(frame);
}

export function readAsked(text: string): OutboundFrame {
  // Safe: it comes from the function above.
  return JSON.parse(text) as OutboundFrame;
}
