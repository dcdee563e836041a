/** What a program has used of the processors, and how long its loop has let timers wait. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Usage } from './orders.js';

const RESOLUTION_MS = 10;
const NS_PER_MS = 1_000_000;

/** Each call tells of the time since the one before. */
export function usageMeter(): () => Usage {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  return () => {
    const { user, system } = process.cpuUsage();
    // The monitor counts the pause between two timers as delay.
    const lagP99Ms = Math.max(0, delays.percentile(99) / NS_PER_MS - RESOLUTION_MS);
    delays.reset();
    return { cpuMs: (user + system) / 1_000, lagP99Ms };
  };
}
