/**
 * The delays before a retry of other clients with their defaults, told in our own words from the installed packages.
 * None of them reads a pause from a close code, so a restart is to them what any loss is.
 */
import { seededRandom } from 'chatsocket/testing';
import { type Comeback, STEP_MS } from './comeback.js';
import type { Outage } from './outage.js';

export interface Formula {
  readonly name: string;
  /** Where the package keeps it. */
  readonly source: string;
  /** The delay before the retry, which is 1 for the first; `roll` is in [0, 1). */
  readonly delayMs: (retry: number, roll: number) => number;
}

const PHOENIX_STEPS_MS: readonly number[] = [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000];

export const FORMULAS: readonly Formula[] = [
  {
    name: 'socket.io',
    source: 'socket.io-client 4.8.4, contrib/backo2.js: 1 s doubled, give or take up to a half, at most 5 s',
    delayMs(retry, roll) {
      const stepMs = 1_000 * 2 ** (retry - 1);
      const deviationMs = Math.floor(roll * 0.5 * stepMs);
      // The sign is read from the same roll, by its first digit.
      const isShorter = Math.floor(roll * 10) % 2 === 0;
      return Math.trunc(Math.min(5_000, isShorter ? stepMs - deviationMs : stepMs + deviationMs));
    },
  },
  {
    name: 'centrifuge',
    source: 'centrifuge 5.8.0, _getReconnectDelay: 0.5 s and a random time up to 0.5 s doubled, at most 20 s',
    delayMs(retry, roll) {
      const spreadMs = Math.min(20_000, 500 * 2 ** Math.min(31, retry - 1));
      return Math.min(20_000, 500 + Math.floor(roll * (spreadMs + 1)));
    },
  },
  {
    name: 'partysocket',
    source: 'partysocket 1.3.0, _getNextDelay: 3 s times 1.3 for each retry, at most 10 s, nothing random',
    delayMs: (retry) => Math.min(10_000, 3_000 * 1.3 ** (retry - 1)),
  },
  {
    name: 'phoenix',
    source: 'phoenix 1.8.16, reconnectAfterMs: 10, 50, 100 … 2,000 ms by a list, then 5 s, nothing random',
    delayMs: (retry) => PHOENIX_STEPS_MS[retry - 1] ?? 5_000,
  },
];

/** A client that knows nothing but the formula. */
export function comeBackBy({ delayMs }: Formula, outage: Outage, seed: number): Comeback {
  const random = seededRandom(seed);
  const dialsAtMs: number[] = [];
  let nowMs = outage.endsAtMs;
  for (let retry = 1; ; retry += 1) {
    nowMs += delayMs(retry, random()) + STEP_MS;
    dialsAtMs.push(nowMs);
    if (nowMs >= outage.backAtMs) break;
    nowMs += STEP_MS;
  }
  return { dialsAtMs, takenAtMs: nowMs, recoveryMs: nowMs + 2 * STEP_MS - Math.max(outage.endsAtMs, outage.backAtMs) };
}
