/** A server that misbehaves: what it says to one client gets lost, doubled or out of order on its way to the socket. */

import type { EnvelopeServerFrame } from 'chatsocket/schemas';

export type TamperKind = 'drop' | 'double' | 'reorder';

export interface Tampering {
  readonly kind: TamperKind;
  readonly types: ReadonlySet<EnvelopeServerFrame['type']>;
  /** How many frames it strikes. */
  left: number;
}

export class Tamper {
  #tamperings: Tampering[] = [];
  #held: EnvelopeServerFrame[] = [];

  get isIdle(): boolean {
    return this.#tamperings.length === 0 && this.#held.length === 0;
  }

  add(kind: TamperKind, types: readonly EnvelopeServerFrame['type'][], count: number): void {
    this.#tamperings.push({ kind, types: new Set(types), left: count });
  }

  /** What really goes out in place of a frame. */
  pass(frame: EnvelopeServerFrame): readonly EnvelopeServerFrame[] {
    const tampering = this.#tamperings.find(({ types }) => types.has(frame.type));
    const late = this.#held;
    this.#held = [];
    if (tampering === undefined) return [frame, ...late];
    tampering.left -= 1;
    if (tampering.left <= 0) this.#tamperings = this.#tamperings.filter((other) => other !== tampering);
    if (tampering.kind === 'drop') return late;
    if (tampering.kind === 'double') return [frame, ...late, frame];
    this.#held = [frame];
    return late;
  }

  /** Ends all of it; what was held back comes out. */
  heal(): readonly EnvelopeServerFrame[] {
    const held = this.#held;
    this.#held = [];
    this.#tamperings = [];
    return held;
  }
}
