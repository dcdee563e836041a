import type { Clock } from '../ports/clock.js';

/** How long a database or a codec may take before it counts as broken. */
const PATIENCE_MS = 10_000;

/** Rejects where `work` takes too long; what it gives after that is lost, so it has to be able to go to waste. */
export function withinDeadline<Result>(work: Promise<Result>, clock: Clock, what: string): Promise<Result> {
  return new Promise((resolve, reject) => {
    const cancel = clock.startTimer(
      () => reject(new Error(`${what} did not answer within ${PATIENCE_MS} ms.`)),
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
