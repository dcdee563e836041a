import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const MIB = 1_048_576;

/** What is reachable, after everything else was swept away. */
export function heapUsedMib(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('This Node has no garbage collector to call.');
  // The second sweep takes what the first one has only finalized.
  collect();
  collect();
  return process.memoryUsage().heapUsed / MIB;
}
