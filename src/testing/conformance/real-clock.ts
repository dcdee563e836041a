import type { Clock } from '../../ports/clock.js';

/** The time of the platform, for waits that are far shorter than the bounds of its timers. */
export const realClock: Clock = {
  nowMs: () => Date.now(),
  startTimer(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
