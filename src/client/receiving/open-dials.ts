/** The sockets that are open, with what each has agreed with its server, and which one is in use. */

import { BASE_TERMS } from '../../core/base-terms.js';
import type { DialId } from '../../core/connection/state.js';
import type { ServerTerms } from '../../core/frame.js';
import { Agreement } from './agreement.js';
import type { ConversationState } from './conversation-state.js';
import { Joins, type JoinsSurroundings } from './joins.js';

export interface DialsSurroundings extends JoinsSurroundings {
  /** The server in use listens, and nothing was asked of it yet. */
  readonly onGreeted: (dialId: DialId) => void;
}

export class OpenDials {
  readonly #around: DialsSurroundings;
  /** In the order of their dials. */
  readonly #joins = new Map<DialId, Joins>();
  #used: Joins | null = null;

  constructor(around: DialsSurroundings) {
    this.#around = around;
  }

  /** Of the socket in use. */
  get used(): Joins | null {
    return this.#used;
  }

  get(dialId: DialId): Joins | null {
    return this.#joins.get(dialId) ?? null;
  }

  termsOf(dialId: DialId): ServerTerms {
    return this.get(dialId)?.agreement.terms ?? BASE_TERMS;
  }

  /** It is the one in use unless another one serves. */
  begin(dialId: DialId): void {
    this.#joins.set(dialId, new Joins(new Agreement(dialId, this.#around.clock.nowMs()), this.#around));
    if (this.#used === null) this.use(dialId);
  }

  /** From here on it is the one in use; another one that is there still counts. */
  use(dialId: DialId): void {
    const joins = this.get(dialId);
    if (joins === null) return;
    const before = this.#used;
    this.#used = joins;
    joins.takeOver(before);
    if (joins.agreement.hasGreeted) this.#around.onGreeted(dialId);
  }

  /** If it was the one in use, another one that is there takes its place. */
  end(dialId: DialId): void {
    const ended = this.get(dialId);
    this.#joins.delete(dialId);
    ended?.stop();
    if (ended !== this.#used) return;
    const [heirId] = this.#joins.keys();
    if (heirId === undefined) this.#used = null;
    else this.use(heirId);
  }

  join(conversation: ConversationState): void {
    for (const joins of this.#joins.values()) joins.ask(conversation);
  }

  /** Of a log that the newer of two sockets does not have any more. */
  isOutdated(joins: Joins, epoch: string | null, { inbox }: ConversationState): boolean {
    if (this.#joins.size === 1) return false;
    const newest = [...this.#joins.values()].at(-1);
    return joins !== newest && epoch !== null && inbox.cursor !== null && epoch !== inbox.cursor.epoch;
  }
}
