/** Turns of the microtask queue that `settle` waits for; a chain of awaits is seldom a tenth as long. */
const TURNS = 100;

/** Lets promises that are due settle, and what awaits them run on. No timer is involved, so none can be faked. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await undefined;
}
