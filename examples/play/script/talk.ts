/** Lets every client send its messages, spread over the time of the faults. */
import { seededRandom } from 'chatsocket/testing';
import type { Chatter } from './chatter.js';
import { pause } from './waiting.js';

/** About as long as the faults take. */
const TALK_MS = 24_000;
/** Well below the server's limit, so that it is the network that is slow. */
const RATE_MAX_PER_SECOND = 10;
/** Kept back for the drills, which send a message at a moment of their own. */
const RESERVE = 3;
const LOOK_EVERY_MS = 25;

export interface Talk {
  /** Resolves when every message is sent. */
  readonly finished: Promise<void>;
  /** The drills are over: what they did not need may go. */
  releaseReserve(): void;
}

export function talk(chatters: readonly Chatter[], seed: number): Talk {
  const random = seededRandom(seed);
  let reserve = RESERVE;
  const speak = async (chatter: Chatter, startsLate: number) => {
    const messages = chatter.unsent;
    const durationMs = Math.max(TALK_MS, (messages / RATE_MAX_PER_SECOND) * 1_000);
    const startMs = performance.now() - startsLate * (durationMs / Math.max(1, messages));
    while (chatter.unsent > 0) {
      const due = ((performance.now() - startMs) / durationMs) * messages;
      while (chatter.unsent > reserve && chatter.attempts.length < due) chatter.send();
      if (reserve === 0 && due >= messages) while (chatter.unsent > 0) chatter.send();
      await pause(LOOK_EVERY_MS);
    }
  };
  return {
    finished: Promise.all(chatters.map((chatter) => speak(chatter, random()))).then(() => undefined),
    releaseReserve() {
      reserve = 0;
    },
  };
}
