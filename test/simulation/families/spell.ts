import type { Timeline } from '../world/timeline.js';

/** Something that is so for a while, one thing at a time. */
export class Spell<Kind> {
  readonly #timeline: Timeline;
  #cast: { readonly kind: Kind; readonly untilMs: number } | null = null;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  get kind(): Kind | null {
    return this.#cast !== null && this.#cast.untilMs > this.#timeline.nowMs ? this.#cast.kind : null;
  }

  cast(kind: Kind, forMs: number): void {
    this.#cast = { kind, untilMs: this.#timeline.nowMs + forMs };
  }

  end(): void {
    this.#cast = null;
  }
}
