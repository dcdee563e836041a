/** Frames for one socket as few texts: what is said in one moment leaves as one JSON array, within bounds. */

const FRAMES_MAX = 64;
/** A frame that is longer leaves by itself, so that a slow reader is noticed between two writes. */
const CHARS_MAX = 16_384;

/** In their order. A frame without company stays as it is. */
export function batchTexts(frames: readonly string[]): readonly string[] {
  const texts: string[] = [];
  let batch: string[] = [];
  let chars = 0;
  const leave = () => {
    const [first] = batch;
    if (first !== undefined) texts.push(batch.length === 1 ? first : `[${batch.join(',')}]`);
    batch = [];
    chars = 0;
  };
  for (const frame of frames) {
    if (batch.length === FRAMES_MAX || chars + frame.length > CHARS_MAX) leave();
    batch.push(frame);
    chars += frame.length;
  }
  leave();
  return texts;
}
