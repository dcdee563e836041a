import type { Clock } from '../ports/clock.js';

/** How long a database or a codec may take before it counts as broken. */
const PATIENCE_MS = 10_000;

class Late extends Error {}

/** True for the rejection of a deadline, and not for one of the work. */
export function isLate(error: unknown): boolean {
  return error instanceof Late;
}

/** A timer later than this means that the page slept. */
const LATE_TIMER_MS = 1_000;

/**
 * Rejects where `work` takes too long; what it gives after that is lost, so it has to be able to go to waste. Where the
 * page slept, the answer may be here and not read yet: once, the time begins anew.
 */
export function withinDeadline<Result>(work: Promise<Result>, clock: Clock, what: string): Promise<Result> {
  return new Promise((resolve, reject) => {
    let hasSlept = false;
    const start = () => {
      const dueAtMs = clock.nowMs() + PATIENCE_MS;
      return clock.startTimer(() => {
        if (hasSlept || clock.nowMs() - dueAtMs <= LATE_TIMER_MS) {
          return reject(new Late(`${what} did not answer within ${PATIENCE_MS} ms.`));
        }
        hasSlept = true;
        cancel = start();
      }, PATIENCE_MS);
    };
    let cancel = start();
    const settle =
      <Value>(tell: (value: Value) => void) =>
      (value: Value) => {
        cancel();
        tell(value);
      };
    work.then(settle(resolve), settle(reject));
  });
}
