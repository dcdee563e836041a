/** When memory counts as flat, and the assembly of answers as linear. */
import { spread } from '../statistics.js';
import type { AnswerHeap, AnswerSpeed, Flow } from './report.js';

/** Of the smallest heap. */
export const SPREAD_MAX = 0.1;

/** How much more a chunk of the longest answer may cost than one of the shortest; 4 if every chunk copied the text. */
export const SLOWDOWN_MAX = 1.5;

/** The largest heap of the run above its smallest, as a share. */
export function flowSpread({ heapBytes }: Flow): number {
  return spread(heapBytes);
}

/** What an answer left behind beside its own text, as a share of the heap before it. */
export function answerGrowth({ beforeBytes, afterBytes, textBytes }: AnswerHeap): number {
  return (afterBytes - beforeBytes - textBytes) / beforeBytes;
}

/** A chunk of the longest answer beside one of the shortest. */
export function slowdown(speeds: readonly AnswerSpeed[]): number {
  const shortest = speeds[0]?.cpu ?? Number.NaN;
  return (speeds.at(-1)?.cpu ?? Number.NaN) / shortest;
}
