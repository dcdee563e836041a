/** What the server says to one client: misheard on purpose, and where there are batches, written at the end of each turn. */

import type { EnvelopeServerFrame } from 'chatsocket/schemas';
import { batchTexts } from '../../../examples/server/shell/batch-texts.js';
import type { Wire } from '../world/wire.js';
import { Tamper } from './tamper.js';

export class Mouth {
  readonly wire: Wire;
  readonly tamper = new Tamper();
  readonly #hasBatches: boolean;
  #spoken: string[] = [];

  constructor(wire: Wire, hasBatches: boolean) {
    this.wire = wire;
    this.#hasBatches = hasBatches;
  }

  tell(frame: EnvelopeServerFrame, text: string | null): void {
    if (this.tamper.isIdle) this.#say(text ?? JSON.stringify(frame));
    else for (const passed of this.tamper.pass(frame)) this.#say(JSON.stringify(passed));
  }

  heal(): void {
    for (const frame of this.tamper.heal()) this.tell(frame, null);
  }

  flush(): void {
    if (this.#spoken.length === 0) return;
    const spoken = this.#spoken;
    this.#spoken = [];
    for (const text of batchTexts(spoken)) this.wire.tell(text);
  }

  #say(text: string): void {
    if (this.#hasBatches) this.#spoken.push(text);
    else this.wire.tell(text);
  }
}
