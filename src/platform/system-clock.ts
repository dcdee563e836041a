import type { Clock } from '../ports/clock.js';

/** A longer delay makes `setTimeout` fire at once, so longer ones are waited for in parts. */
const DELAY_MAX_MS = 2 ** 31 - 1;

/**
 * The platform's own time. Globals are looked up on every call, so fake timers of a test framework work.
 *
 * `nowMs` never runs backwards: it comes from the monotonic clock, or from a `Date.now` that is held when the wall
 * clock is set back. A delay below 0 or not a number counts as 0; `Infinity` never fires. Timers keep a Node process
 * alive until they fire or are cancelled.
 *
 * @example
 * const stop = systemClock().startTimer(() => console.log('a second later'), 1_000);
 * stop();
 */
export function systemClock(): Clock {
  let latestWallMs = Number.NEGATIVE_INFINITY;

  function nowMs(): number {
    const monotonicMs = readMonotonicMs();
    if (monotonicMs !== null) return Math.floor(monotonicMs);
    latestWallMs = Math.max(latestWallMs, Date.now());
    return latestWallMs;
  }

  return { nowMs, startTimer };
}

/** Null where the platform has no monotonic clock that knows its place in time (older React Native). */
function readMonotonicMs(): number | null {
  // Looked up once, for in Node that is a call.
  const { performance } = globalThis;
  if (performance === undefined) return null;
  const time = performance.timeOrigin + performance.now();
  return Number.isFinite(time) ? time : null;
}

function startTimer(callback: () => void, delayMs: number): () => void {
  let remainingMs = Number.isNaN(delayMs) ? 0 : Math.max(delayMs, 0);
  let timer: ReturnType<typeof setTimeout> | undefined;

  function arm(): void {
    const partMs = Math.min(remainingMs, DELAY_MAX_MS);
    remainingMs -= partMs;
    timer = setTimeout(remainingMs > 0 ? arm : callback, partMs);
  }

  arm();
  return () => clearTimeout(timer);
}
