/** A talker in another process, as a scenario knows it. */

import type { PageSignal } from 'chatsocket';
import { pause } from '../../../examples/play/script/waiting.js';
import { describeProgress } from './company.js';
import type { RemoteTalkers } from './remote-talkers.js';
import type { Evidence, Progress, Speech, TalkerOptions } from './talker.js';

const LOOK_EVERY_MS = 30;
const DEADLINE_MS = 30_000;

export class Speaker {
  readonly #talkers: RemoteTalkers;
  readonly #name: string;

  private constructor(talkers: RemoteTalkers, name: string) {
    this.#talkers = talkers;
    this.#name = name;
  }

  static async seat(talkers: RemoteTalkers, options: TalkerOptions): Promise<Speaker> {
    await talkers.call('seat', options);
    return new Speaker(talkers, options.name);
  }

  connect(): Promise<void> {
    return this.#talkers.call('connect', { name: this.#name });
  }

  /** Resolves when everything is handed to the client. */
  talk(speech: Speech): Promise<void> {
    return this.#talkers.call('talk', { name: this.#name, ...speech });
  }

  signal(signal: PageSignal): Promise<void> {
    return this.#talkers.call('signal', { name: this.#name, signal });
  }

  progress(): Promise<Progress> {
    return this.#talkers.call('progress', { name: this.#name });
  }

  evidence(): Promise<Evidence> {
    return this.#talkers.call('evidence', { name: this.#name });
  }

  close(): Promise<void> {
    return this.#talkers.call('close', { name: this.#name });
  }

  /** Looks until `isTrue`; fails, with what was waited for, when the deadline passes. */
  async until(what: string, isTrue: (progress: Progress) => boolean, deadlineMs = DEADLINE_MS): Promise<Progress> {
    const endMs = Date.now() + deadlineMs;
    for (;;) {
      const progress = await this.progress();
      if (isTrue(progress)) return progress;
      if (Date.now() > endMs) {
        throw new Error(`${this.#name} waited ${deadlineMs} ms in vain for ${what}: ${describeProgress(progress)}.`);
      }
      await pause(LOOK_EVERY_MS);
    }
  }

  async untilOpen(deadlineMs = DEADLINE_MS): Promise<void> {
    await this.until('its connection', ({ isOpen }) => isOpen, deadlineMs);
  }
}
