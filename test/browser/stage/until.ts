/** Waiting for what must come, woken by what tells of changes. */

interface Awaited {
  /** For the failure. */
  readonly what: string;
  /** Calls `look` after every change until the function returned is called. */
  readonly watch: (look: () => void) => () => void;
  readonly isThere: () => boolean;
}

const DEADLINE_MS = 8_000;

/** Fails when the time runs out. */
export function until({ what, watch, isThere }: Awaited): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`Waited ${DEADLINE_MS} ms for ${what}.`));
    }, DEADLINE_MS);
    const look = () => {
      if (!isThere()) return;
      clearTimeout(timer);
      stop();
      resolve();
    };
    const stop = watch(look);
    look();
  });
}
