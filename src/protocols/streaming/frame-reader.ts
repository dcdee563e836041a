/** What this family's servers may say, by whatever names. */

import type { FrameReader } from '../dialogue/read-event.js';
import type { Rename } from '../rename.js';
import type { ServerFrame } from './schema.js';
import { isServerFrame, isServerFrameType } from './validators.js';

export function frameReader(rename: Rename): FrameReader<ServerFrame> {
  return { rename: toOneName(rename), isFrame: isServerFrame, isEvent: isServerFrameType };
}

/** Some servers say `completed`. */
function toOneName(rename: Rename): Rename {
  return (frame) => {
    const renamed = rename(frame);
    return 'event' in renamed && renamed.event === 'completed' ? { ...renamed, event: 'complete' } : renamed;
  };
}
