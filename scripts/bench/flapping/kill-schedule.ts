import { seededRandom } from 'chatsocket/testing';

const GAP_MIN_MS = 60;
const GAP_MAX_MS = 140;

/** The gaps between the cuts of the link, in milliseconds: 60 to 140, the same for the same seed, without an end. */
export function* killGaps(seed: number): Generator<number, never> {
  const random = seededRandom(seed);
  for (;;) yield GAP_MIN_MS + random() * (GAP_MAX_MS - GAP_MIN_MS);
}
