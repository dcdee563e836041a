/** Writes the assistant's answers, chunk by chunk, as the shell of a real server would. */

import type { EngineInput } from '../../../examples/server/engine/turn.js';
import type { Dice } from '../world/dice.js';
import type { Timeline } from '../world/timeline.js';

interface Answer {
  readonly text: string;
  at: number;
  stop: () => void;
}

/** Letters of one, two and three units, so that chunks cut through the middle of them. */
const LETTERS = ['a', 'b', ' ', 'é', '語', '😀', '👩‍👩‍👧', '\n'];
const LENGTH_MAX = 120;
const CHUNK_MAX = 12;
const PAUSE_MAX_MS = 900;

export class AnswerWriter {
  readonly #timeline: Timeline;
  readonly #dice: Dice;
  readonly #dispatch: (input: EngineInput) => void;
  readonly #answers = new Map<string, Answer>();
  readonly #texts = new Map<string, string>();

  constructor(timeline: Timeline, dice: Dice, dispatch: (input: EngineInput) => void) {
    this.#timeline = timeline;
    this.#dice = dice;
    this.#dispatch = dispatch;
  }

  start(streamId: string): void {
    const length = this.#dice.whole(1, LENGTH_MAX);
    const text = Array.from({ length }, () => this.#dice.pick(LETTERS)).join('');
    const answer: Answer = { text, at: 0, stop: () => {} };
    this.#answers.set(streamId, answer);
    this.#texts.set(streamId, text);
    this.#schedule(streamId, answer);
  }

  /** All of an answer, also of one that was never finished. */
  textOf(streamId: string): string | null {
    return this.#texts.get(streamId) ?? null;
  }

  stop(streamId: string): void {
    this.#answers.get(streamId)?.stop();
    this.#answers.delete(streamId);
  }

  /** The server's process ended. */
  stopAll(): void {
    for (const streamId of [...this.#answers.keys()]) this.stop(streamId);
  }

  #schedule(streamId: string, answer: Answer): void {
    answer.stop = this.#timeline.after(this.#dice.whole(5, PAUSE_MAX_MS), () => this.#write(streamId, answer));
  }

  #write(streamId: string, answer: Answer): void {
    if (answer.at >= answer.text.length) {
      this.#answers.delete(streamId);
      this.#dispatch({ type: 'answer-ended', streamId, status: this.#dice.chance(0.9) ? 'done' : 'failed' });
      return;
    }
    const text = answer.text.slice(answer.at, answer.at + this.#dice.whole(1, CHUNK_MAX));
    answer.at += text.length;
    this.#schedule(streamId, answer);
    this.#dispatch({ type: 'answer-extended', streamId, text });
  }
}
