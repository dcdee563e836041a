/** The worker of a thread: replies whole, and may fail, reply twice, out of turn, or under a number too high. */

import { type Dice, diceOf } from '../../world/dice.js';
import type { Timeline } from '../../world/timeline.js';

export interface Post {
  /** Its `client_msg_id`. */
  readonly key: string;
  readonly text: string;
}

/** What it does wrong with the next replies. */
export type ReplyFault = 'fails' | 'twice' | 'doubled' | 'swapped' | 'skips' | 'dropped';

export interface ReplyWorkerSurroundings {
  readonly seed: number;
  readonly timeline: Timeline;
  readonly sayTyping: (isTyping: boolean) => void;
  readonly sayFailed: (post: Post) => void;
  readonly reply: (post: Post, text: string, fault: ReplyFault | null) => void;
}

const THINKING_MAX_MS = 2_000;
const RETRY_FIRST_MS = 1_000;
/** Long after the faults everything that was asked must have its reply. */
const HURRY = 10;

export class ReplyWorker {
  readonly #around: ReplyWorkerSurroundings;
  readonly #dice: Dice;
  readonly #waiting = new Set<Post>();
  readonly #faults = new Map<ReplyFault, number>();
  #freeAtMs = 0;
  #isHurried = false;

  constructor(around: ReplyWorkerSurroundings) {
    this.#around = around;
    this.#dice = diceOf(around.seed, 'worker');
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0;
  }

  spoil(fault: ReplyFault, count: number): void {
    this.#faults.set(fault, count);
  }

  heal(): void {
    this.#faults.clear();
    this.#isHurried = true;
  }

  take(post: Post): void {
    this.#waiting.add(post);
    this.#think(post, 0);
  }

  /** One after the other; one that failed lets the others go first. */
  #think(post: Post, failures: number): void {
    const { timeline, sayTyping, sayFailed, reply } = this.#around;
    const thinkingMs = Math.ceil(this.#dice.whole(0, THINKING_MAX_MS) / (this.#isHurried ? HURRY : 1));
    this.#freeAtMs = Math.max(timeline.nowMs, this.#freeAtMs) + thinkingMs;
    sayTyping(true);
    timeline.after(this.#freeAtMs - timeline.nowMs, () => {
      if (this.#takeFault(['fails']) !== null) {
        sayFailed(post);
        timeline.after(RETRY_FIRST_MS * 2 ** failures, () => this.#think(post, failures + 1));
        return;
      }
      this.#waiting.delete(post);
      sayTyping(false);
      reply(post, `On ${post.text.slice(0, 20)}`, this.#takeFault(['twice', 'doubled', 'swapped', 'skips', 'dropped']));
    });
  }

  #takeFault(kinds: readonly ReplyFault[]): ReplyFault | null {
    const kind = kinds.find((one) => (this.#faults.get(one) ?? 0) > 0) ?? null;
    if (kind !== null) this.#faults.set(kind, (this.#faults.get(kind) ?? 0) - 1);
    return kind;
  }
}
