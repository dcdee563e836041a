/** Virtual time moves only when somebody moves it: while the kit works, the kit does. */

import type { Clock } from '../../ports/clock.js';
import type { ManualClock } from '../manual-clock.js';
import { settle } from '../settle.js';

/** Waits for the work, and moves a manual clock to its next timer whenever nobody has anything left to say. */
export async function driveClock<Result>(clock: Clock, work: Promise<Result>): Promise<Result> {
  if (!isManual(clock)) return work;
  let isOver = false;
  const ended = () => {
    isOver = true;
  };
  work.then(ended, ended);
  for (await settle(); !isOver; await settle()) {
    const [next] = clock.pendingTimers();
    if (next !== undefined) await clock.advanceTo(next.dueAtMs);
    else await nextTask();
  }
  return work;
}

/** No timer is left, so what is waited for must come from the platform. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

function isManual(clock: Clock): clock is ManualClock {
  return 'pendingTimers' in clock && 'advanceTo' in clock;
}
