/** A few syncs of the disk at once for all that waits for one, however many conversations it comes from. */

import type { StoreWrite } from '../engine/records.js';

type Write = (writes: readonly StoreWrite[]) => Promise<void>;

/** Enough that a fast disk keeps nobody waiting; and of the four threads that Node has for files, one is left for reading. */
const UNDER_WAY_MAX = 3;

/**
 * What comes while so many batches are under way goes together in the next one. Where a batch fails, so does all that
 * has not begun: nobody knows any more what is on the disk.
 */
export function inGroups(write: Write): Write {
  const underWay = new Set<Promise<void>>();
  let waiting: StoreWrite[] = [];
  let next: Promise<void> | null = null;
  let failed: Promise<void> | null = null;

  function begin(writes: readonly StoreWrite[]): Promise<void> {
    if (failed !== null) return failed;
    const batch = write(writes);
    underWay.add(batch);
    return batch.then(
      () => void underWay.delete(batch),
      (reason: unknown) => {
        failed ??= batch;
        throw reason;
      },
    );
  }

  function beginWaiting(): Promise<void> {
    const group = waiting;
    waiting = [];
    next = null;
    return begin(group);
  }

  return (writes) => {
    if (underWay.size < UNDER_WAY_MAX) return begin(writes);
    waiting.push(...writes);
    next ??= Promise.race(underWay).then(beginWaiting);
    return next;
  };
}
