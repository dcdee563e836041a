/** From the text of a frame to its meaning in this family. */

import type { FrameFault } from '../../ports/protocol.js';
import type { Rename } from '../rename.js';
import { isServerFrame, isServerFrameType, type ServerFrame } from './validators.js';

/** The longest name of an unknown frame that is kept. */
const NAME_LENGTH_MAX = 64;

export type ReadFrame = ServerFrame | { readonly event: 'unknown'; readonly name: string };
export type ReadResult = { readonly frame: ReadFrame } | { readonly fault: FrameFault };

export function readFrame(text: string, rename: Rename): ReadResult {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { fault: text.trim() === '' ? 'empty' : 'not-json' };
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return { fault: 'not-an-object' };
  const frame = withOneName(rename(parsed));
  if (!('event' in frame) || typeof frame.event !== 'string') return { fault: 'invalid-shape' };
  if (isServerFrame(frame)) return { frame };
  if (isServerFrameType(frame.event)) return { fault: 'invalid-shape' };
  return { frame: { event: 'unknown', name: frame.event.slice(0, NAME_LENGTH_MAX) } };
}

/** Some servers say `completed`. */
function withOneName(frame: object): object {
  return 'event' in frame && frame.event === 'completed' ? { ...frame, event: 'complete' } : frame;
}
