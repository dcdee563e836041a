import type { Clock } from '../../ports/clock.js';
import { ClauseBroken } from './outcome.js';
import { readRefusal, readServerFrames, type ServerFrame } from './server-frame.js';

/** Frames kept of one connection; checks are short, so only a server that does not stop talking gets there. */
const FRAMES_MAX = 10_000;

/** What came over one connection, and the waits for what is to come. */
export class FrameWatch {
  readonly frames: ServerFrame[] = [];
  readonly #clock: Clock;
  readonly #answerMs: number;
  readonly #looks = new Set<() => void>();
  #isOver = false;

  constructor(clock: Clock, answerMs: number) {
    this.#clock = clock;
    this.#answerMs = answerMs;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  receive(text: string): void {
    if (this.#isOver || this.frames.length >= FRAMES_MAX) return;
    this.frames.push(...readServerFrames(text));
    this.#look();
  }

  /** The connection has ended: who waits, waits in vain. */
  end(): void {
    this.#isOver = true;
    this.#look();
  }

  /** The first frame from `since` on, past or to come, of which `read` makes something. */
  async next<Result>(what: string, read: (frame: ServerFrame) => Result | null, since = 0): Promise<Result> {
    let found: Result | null = null;
    await this.until(what, () => {
      for (let index = since; index < this.frames.length && found === null; index += 1) {
        const frame = this.frames[index];
        if (frame !== undefined) found = read(frame);
      }
      return found !== null;
    });
    // `until` resolves only once something was found; null is no result.
    return found as Result;
  }

  /** Everything that has come, of which `read` makes something. */
  all<Result>(read: (frame: ServerFrame) => Result | null): readonly Result[] {
    return this.frames.flatMap((frame) => read(frame) ?? []);
  }

  /** Resolves once it is there; rejects when the server has had its time, or the connection ends. */
  async until(what: string, isThere: () => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const finish = (end: () => void) => {
        this.#looks.delete(look);
        stop();
        end();
      };
      const fail = (why: string) => finish(() => reject(new ClauseBroken(`${why}${this.#lastWords()}`)));
      const look = () => {
        if (isThere()) finish(resolve);
        else if (this.#isOver) fail(`The connection ended before ${what} came.`);
      };
      const stop = this.#clock.startTimer(() => {
        fail(`Waited ${this.#answerMs} ms in vain for ${what}.`);
      }, this.#answerMs);
      this.#looks.add(look);
      look();
    });
  }

  /** Waits for work of somebody else's, but no longer than for an answer. */
  async within<Result>(what: string, work: Promise<Result>): Promise<Result> {
    let stop = () => {};
    const late = new Promise<never>((_resolve, reject) => {
      const why = `Waited ${this.#answerMs} ms in vain for ${what}.${this.#lastWords()}`;
      stop = this.#clock.startTimer(() => reject(new ClauseBroken(why)), this.#answerMs);
    });
    return Promise.race([work, late]).finally(stop);
  }

  #look(): void {
    for (const look of [...this.#looks]) look();
  }

  #lastWords(): string {
    const last = this.frames.slice(-3).map((frame) => {
      const refusal = readRefusal(frame);
      return refusal === null ? frame.type : `error ${refusal.code}`;
    });
    return last.length === 0 ? ' The server said nothing.' : ` The last that it said: ${last.join(', ')}.`;
  }
}
