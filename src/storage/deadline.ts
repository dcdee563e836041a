import type { Clock } from '../ports/clock.js';

/** How long a database or a codec may take before it counts as broken. */
const PATIENCE_MS = 10_000;

class Late extends Error {}

/** True for the rejection of a deadline, and not for one of the work. */
export function isLate(error: unknown): boolean {
  return error instanceof Late;
}

/** Rejects where `work` takes too long; what it gives after that is lost, so it has to be able to go to waste. */
export function withinDeadline<Result>(work: Promise<Result>, clock: Clock, what: string): Promise<Result> {
  return new Promise((resolve, reject) => {
    const cancel = clock.startTimer(
      () => reject(new Late(`${what} did not answer within ${PATIENCE_MS} ms.`)),
      PATIENCE_MS,
    );
    const settle =
      <Value>(tell: (value: Value) => void) =>
      (value: Value) => {
        cancel();
        tell(value);
      };
    work.then(settle(resolve), settle(reject));
  });
}
