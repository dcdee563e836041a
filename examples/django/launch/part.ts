import type { CleanUp } from '../../play/clean-up.js';
import type { LeashedProgram } from './leashed-program.js';

/** A program of which one runs at a time. */
export class Part {
  readonly #launch: (wish: string) => Promise<LeashedProgram>;
  #running: Promise<LeashedProgram> | null = null;

  constructor(cleanUp: CleanUp, launch: (wish: string) => Promise<LeashedProgram>) {
    this.#launch = launch;
    // All that it kept goes too, so there is nothing to end in order.
    cleanUp.add(() => this.kill());
  }

  /** Ends the one that runs; resolves with what the new one said. */
  async start(wish: string): Promise<string> {
    await (await this.#started())?.stop();
    this.#running = this.#launch(wish);
    return (await this.#running).saying;
  }

  async kill(): Promise<void> {
    await (await this.#started())?.kill();
  }

  /** Null where none was ever started, or where it failed to. */
  async #started(): Promise<LeashedProgram | null> {
    return (await this.#running?.catch(() => null)) ?? null;
  }
}
