/** How the tabs of one browser speak to each other: late, and to a frozen tab once it runs again. */

import type { TabChannel } from '../../../src/ports/tab-channel.js';
import type { Dice } from '../world/dice.js';
import type { Gate } from '../world/gate.js';
import type { Timeline } from '../world/timeline.js';

const LATENCY_MAX_MS = 25;

interface Ear {
  readonly name: string;
  readonly gate: Gate;
  readonly hear: (message: unknown) => void;
}

export class TabChannels {
  readonly #timeline: Timeline;
  readonly #dice: Dice;
  readonly #ears = new Set<Ear>();

  constructor(timeline: Timeline, dice: Dice) {
    this.#timeline = timeline;
    this.#dice = dice;
  }

  /** Channels that a living process holds open. */
  openCount(gate: Gate): number {
    return [...this.#ears].filter((ear) => ear.gate === gate).length;
  }

  open(gate: Gate, name: string, hear: (message: unknown) => void): TabChannel {
    const own: Ear = { name, gate, hear };
    this.#ears.add(own);
    return {
      post: (message) => {
        for (const ear of this.#ears)
          if (ear !== own && ear.name === name) this.#deliver(ear, structuredClone(message));
      },
      close: () => void this.#ears.delete(own),
    };
  }

  #deliver(ear: Ear, message: unknown): void {
    const delayMs = this.#dice.whole(0, LATENCY_MAX_MS);
    const arrive = () => {
      if (this.#ears.has(ear)) ear.hear(message);
    };
    this.#timeline.after(delayMs, arrive, { gate: ear.gate });
  }
}
