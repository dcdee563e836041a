/** The worker behind the assistant: one question after the other, chunk by chunk, and it may fail, be killed or say all again. */

import { type Dice, diceOf } from '../../world/dice.js';
import type { Timeline } from '../../world/timeline.js';

export interface WorkerSurroundings {
  readonly seed: number;
  readonly timeline: Timeline;
  /** To every socket of the conversation. */
  readonly say: (event: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly store: (answer: string) => void;
}

const THINKING_MAX_MS = 1_500;
const CHUNK_MAX_MS = 300;
/** Long after the faults everything that was asked must have its answer. */
const HURRY = 10;
const CHUNK_LENGTH_MAX = 12;
const WORDS_MAX = 14;
const RETRY_MAX_MS = 3_000;

export class Worker {
  readonly #around: WorkerSurroundings;
  readonly #dice: Dice;
  readonly #waiting: string[] = [];
  /** The answer that is being written. */
  #answer: string | null = null;
  #left: string[] = [];
  /** The run that counts; what an earlier one planned is void. */
  #run = 0;
  #failsLeft = 0;
  #twiceLeft = 0;
  #awayUntilMs = 0;
  #isHurried = false;

  constructor(around: WorkerSurroundings) {
    this.#around = around;
    this.#dice = diceOf(around.seed, 'worker');
  }

  get isIdle(): boolean {
    return this.#answer === null && this.#waiting.length === 0;
  }

  take(question: string): void {
    this.#waiting.push(question);
    if (this.#answer === null) this.#next();
  }

  /** The next answers break off in the middle with an error, and are said again. */
  failNext(count: number): void {
    this.#failsLeft = count;
  }

  /** The next answers are said twice: a redelivered task, whose answer is not stored again. */
  repeatNext(count: number): void {
    this.#twiceLeft = count;
  }

  /** It is killed without a word, and another one begins anew with its task after a while. */
  kill(forMs: number): void {
    this.#awayUntilMs = this.#around.timeline.nowMs + forMs;
    this.#again(forMs);
  }

  heal(): void {
    this.#failsLeft = 0;
    this.#twiceLeft = 0;
    this.#isHurried = true;
    if (this.#awayUntilMs <= this.#around.timeline.nowMs) return;
    this.#awayUntilMs = 0;
    this.#again(0);
  }

  #again(delayMs: number): void {
    if (this.isIdle) return;
    if (this.#answer === null) this.#next();
    else this.#later(delayMs, () => this.#begin());
  }

  #next(): void {
    const [question] = this.#waiting;
    if (question === undefined) return;
    this.#later(this.#dice.whole(0, THINKING_MAX_MS), () => {
      this.#waiting.shift();
      const words = Array.from({ length: this.#dice.whole(0, WORDS_MAX) }, () => this.#dice.pick(VOCABULARY));
      this.#answer = this.#dice.chance(0.1) ? 'Yes.' : `On ${question}: ${words.join(' ')}.`;
      this.#begin();
    });
  }

  #begin(): void {
    this.#left = chunksOf(this.#answer ?? '', this.#dice);
    this.#around.say('processing_started');
    this.#later(this.#dice.whole(0, CHUNK_MAX_MS), () => this.#speak());
  }

  #speak(): void {
    if (this.#failsLeft > 0 && this.#dice.chance(0.4)) {
      this.#failsLeft -= 1;
      this.#around.say('error', { error: 'The assistant failed in the middle of its answer.' });
      return this.#later(this.#dice.whole(0, RETRY_MAX_MS), () => this.#begin());
    }
    const chunk = this.#left.shift();
    if (chunk === undefined) return this.#end();
    this.#around.say('chunk', { chunk });
    this.#later(this.#dice.whole(0, CHUNK_MAX_MS), () => this.#speak());
  }

  /** Stored before its end is told. */
  #end(): void {
    const answer = this.#answer ?? '';
    this.#around.store(answer);
    this.#around.say('complete');
    this.#answer = null;
    if (this.#twiceLeft > 0) {
      this.#twiceLeft -= 1;
      this.#around.say('processing_started');
      for (const chunk of chunksOf(answer, this.#dice)) this.#around.say('chunk', { chunk });
      this.#around.say('complete');
    }
    this.#next();
  }

  #later(delayMs: number, work: () => void): void {
    const { timeline } = this.#around;
    this.#run += 1;
    const run = this.#run;
    const awayMs = Math.max(0, this.#awayUntilMs - timeline.nowMs);
    timeline.after(Math.max(this.#isHurried ? Math.ceil(delayMs / HURRY) : delayMs, awayMs), () => {
      if (run === this.#run) work();
    });
  }
}

const VOCABULARY = ['word', 'another', 'of course', 'ünïcödé', '🙂', 'again', 'and', 'a much longer word'];

function chunksOf(text: string, dice: Dice): string[] {
  const chunks: string[] = [];
  for (let at = 0; at < text.length; ) {
    const length = dice.whole(1, CHUNK_LENGTH_MAX);
    chunks.push(text.slice(at, at + length));
    at += length;
  }
  return chunks;
}
