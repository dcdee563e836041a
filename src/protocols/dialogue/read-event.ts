/** From the text of a frame to an object with an `event`, as the families of assistants write it. */

import type { FrameFault } from '../../ports/protocol.js';
import type { Rename } from '../rename.js';

/** The longest name of an unknown frame that is kept. */
const NAME_LENGTH_MAX = 64;

export interface UnknownFrame {
  readonly event: 'unknown';
  readonly name: string;
}

/** What a family knows of its frames. */
export interface FrameReader<Frame> {
  readonly rename: Rename;
  readonly isFrame: (frame: object) => frame is Frame & object;
  readonly isEvent: (event: unknown) => boolean;
}

export type ReadResult<Frame> = { readonly frame: Frame | UnknownFrame } | { readonly fault: FrameFault };

export function readEvent<Frame>(text: string, { rename, isFrame, isEvent }: FrameReader<Frame>): ReadResult<Frame> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { fault: text.trim() === '' ? 'empty' : 'not-json' };
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return { fault: 'not-an-object' };
  const frame = rename(parsed);
  if (!('event' in frame) || typeof frame.event !== 'string') return { fault: 'invalid-shape' };
  if (isFrame(frame)) return { frame };
  if (isEvent(frame.event)) return { fault: 'invalid-shape' };
  return { frame: { event: 'unknown', name: frame.event.slice(0, NAME_LENGTH_MAX) } };
}
