/** Waits that end. */

const LOOK_EVERY_MS = 10;

/** Looks until `isTrue`; false if that does not happen in time. */
export async function waitUntil(isTrue: () => boolean, deadlineMs: number): Promise<boolean> {
  const endMs = Date.now() + deadlineMs;
  while (!isTrue()) {
    if (Date.now() >= endMs) return false;
    await pause(LOOK_EVERY_MS);
  }
  return true;
}

export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
