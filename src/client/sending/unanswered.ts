/** What becomes of messages without an answer: sent again, left to the user, or found to be what their server cannot bear. */

import type { CloseCause } from '../../core/connection/close-cause.js';
import type { DialId } from '../../core/connection/state.js';
import type { Outbox } from '../../core/outbox/outbox.js';
import type { OutboxEntry } from '../../core/outbox/outbox-entry.js';
import { isTooOldToRepeat, resendsByItself } from '../../core/outbox/resend.js';
import { isConvicted, isOnTrial, readEnd, type Suspect, suspectAfter } from '../../core/outbox/suspect.js';
import type { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { poisonError, tooBigError } from './delivery-errors.js';
import type { SendLink } from './drain.js';

export interface UnansweredSurroundings {
  readonly options: ResolvedOptions;
  readonly outbox: Outbox;
  readonly onQueued: (entry: OutboxEntry) => void;
  readonly onExpired: (entry: OutboxEntry) => void;
  readonly onFailed: (id: string, error: ChatSocketError) => void;
}

export class Unanswered {
  readonly #around: UnansweredSurroundings;
  #suspect: Suspect | null = null;
  #dialId: DialId | null = null;

  constructor(around: UnansweredSurroundings) {
    this.#around = around;
  }

  /** A message is suspected of ending connections, so nothing else may be on its way beside it. */
  get mustGoAlone(): boolean {
    return isOnTrial(this.#suspect);
  }

  /** On a connection whose joins have told what the server has: the rest goes out again, as far as that is safe. */
  resend({ dialId, terms }: SendLink): void {
    const { options, outbox, onExpired } = this.#around;
    this.#dialId = dialId;
    const { deduplicates, dedupWindowMs } = terms;
    if (!resendsByItself(options.outbox.resend, deduplicates)) return;
    const nowMs = options.clock.nowMs();
    for (const entry of outbox.unconfirmed()) {
      // Another tab may have sent it meanwhile, or be about to.
      if (entry.keeping === 'elsewhere' && !deduplicates) continue;
      if (deduplicates && isTooOldToRepeat(entry, dedupWindowMs, nowMs)) onExpired(entry);
      else this.putBack(entry.id);
    }
  }

  /** A server that answers in order has not taken what was sent before a message that it acks. */
  putBackBefore(id: string, { terms }: SendLink): void {
    const { options, outbox } = this.#around;
    if (options.protocol.answersInOrder !== true || terms.deduplicates) return;
    for (const entry of outbox.sentBefore(id)) this.putBack(entry.id);
  }

  /** The server does not have it, or knows a repeat: it goes back to its place, to be sent again in order. */
  putBack(id: string): boolean {
    const entry = this.#around.outbox.putBack(id);
    if (entry !== null) this.#around.onQueued(entry);
    return entry !== null;
  }

  /** The server ended a connection: perhaps for the oldest message on its way, or for its biggest. */
  blame(dialId: DialId, cause: CloseCause): void {
    const suspects = this.#around.outbox.unconfirmed().filter(({ sent }) => sent?.dialId === dialId);
    const [oldest] = suspects;
    if (oldest === undefined) {
      // It ended during the calm, so it ends without the suspect too.
      if (this.#dialId === dialId && this.mustGoAlone) this.#suspect = null;
    } else if (cause.action === 'too-big') {
      const biggest = suspects.reduce((most, entry) => (entry.sizeBytes > most.sizeBytes ? entry : most));
      this.#around.onFailed(biggest.id, tooBigError());
    } else this.#try(oldest, cause);
  }

  #try({ id, sent }: OutboxEntry, cause: CloseCause): void {
    const end = readEnd(cause, sent?.atMs ?? 0);
    if (end === null) return;
    this.#suspect = suspectAfter(this.#suspect, id);
    if (isConvicted(this.#suspect, end)) this.#around.onFailed(id, poisonError(id));
  }

  /** A message that has its answer is beyond suspicion. */
  settle(id: string): void {
    if (this.#suspect?.id === id) this.#suspect = null;
  }

  forget(): void {
    this.#suspect = null;
  }
}
