/** What users ask of messages: to take one, to take it back, to change its words, to send it again. */

import type { Outbox } from '../../core/outbox/outbox.js';
import { type Draft, isUntouched, type OutboxEntry, toEntry } from '../../core/outbox/outbox-entry.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { Outgoing } from '../outgoing.js';
import type { Turn } from '../telling/turn.js';
import type { Deadlines } from './deadlines.js';
import { cancelledError, evictedError, fullError } from './delivery-errors.js';
import type { DeliveryReports } from './delivery-reports.js';
import { deadlineOf } from './draft.js';
import type { Drain } from './drain.js';
import type { Ledger } from './ledger.js';
import { OutgoingHandle } from './outgoing-message.js';
import type { RowKeeper } from './row-keeper.js';

export interface RequestSurroundings {
  readonly options: ResolvedOptions;
  readonly turn: Turn;
  readonly reports: DeliveryReports;
  readonly outbox: Outbox;
  readonly ledger: Ledger;
  readonly keeper: RowKeeper;
  readonly deadlines: Deadlines;
  readonly drain: Drain;
}

export class UserRequests {
  readonly #around: RequestSurroundings;

  constructor(around: RequestSurroundings) {
    this.#around = around;
  }

  /** Throws `delivery/outbox-full`; else the message is in the outbox, or failed at once if it is to give way. */
  enqueue(draft: Draft, signal?: AbortSignal): Outgoing {
    const bounds = this.#around.options.outbox;
    const admission = this.#around.outbox.admit(draft, this.#around.keeper.initial);
    const isFull = 'full' in admission;
    const givesWay = bounds.overflow === 'drop-newest' && draft.sizeBytes <= bounds.bytesMax;
    if (isFull && !givesWay) throw fullError(admission.full, draft.sizeBytes, bounds);
    const entry = isFull ? toEntry(draft, 0, 'kept') : admission.entry;
    const message = this.#around.ledger.open(draft, this.#around.keeper.hasStore);
    const cancel = () => this.cancel(message.id);
    if (signal !== undefined) message.follow(signal, cancel);
    this.#around.reports.shown(entry);
    if (isFull) this.#around.ledger.end(entry, 'failed', evictedError(draft.id));
    else this.#admitted(entry, admission.evicted);
    return new OutgoingHandle(message, cancel);
  }

  /** Takes a message back; false once a connection or another tab may have it, or it is settled. One that failed is not shown any more. */
  cancel(id: string): boolean {
    return this.#around.turn.run(() => {
      if (this.#around.ledger.dismiss(id)) return true;
      const entry = this.#around.outbox.get(id);
      if (entry === null || !isUntouched(entry)) return false;
      this.#around.ledger.fail(id, 'cancelled', cancelledError(id));
      this.#run();
      return true;
    });
  }

  /** Changes a message that no connection has; false if one has it, it is settled, or there is no room for it. */
  edit(id: string, content: string, sizeBytes: number): boolean {
    const entry = this.#around.outbox.edit(id, content, sizeBytes);
    if (entry === null) return false;
    this.#around.turn.run(() => {
      this.#around.ledger.edit(entry);
      this.#around.keeper.keep(entry, this.#around.drain.isNext(id));
      this.#run();
    });
    return true;
  }

  /** Sends an unconfirmed or failed message again, with the same id; false if it is neither, or there is no room. */
  retry(id: string): boolean {
    const failed = this.#around.ledger.failed.get(id);
    const entry = failed ?? this.#around.outbox.get(id);
    if (entry === null || (failed === null && entry.status !== 'unconfirmed')) return false;
    const nowMs = this.#around.options.clock.nowMs();
    // The user vouches for the repeat, so its age counts from now.
    const again = { ...entry, transmittedAtMs: entry.transmittedAtMs === null ? null : nowMs };
    return this.#around.turn.run(() => {
      if (failed === null ? this.#around.outbox.putBack(id, again) === null : !this.#readmit(again, nowMs))
        return false;
      this.#around.ledger.tell(entry, 'queued');
      this.#run();
      return true;
    });
  }

  #admitted(entry: OutboxEntry, evicted: readonly OutboxEntry[]): void {
    for (const gone of evicted) this.#around.ledger.end(gone, 'failed', evictedError(gone.id));
    this.#around.deadlines.watch(entry);
    this.#around.keeper.keep(entry, this.#around.drain.isNext(entry.id));
  }

  #readmit(failed: OutboxEntry, nowMs: number): boolean {
    // For one that is tried again none gives way: a listener that tries all again would never come to an end.
    if (this.#around.outbox.findLack(failed.sizeBytes) !== null) return false;
    const { ageMaxMs } = this.#around.options.outbox;
    const draft = { ...failed, expiresAtMs: deadlineOf(nowMs, ageMaxMs, ageMaxMs), sent: null };
    const admission = this.#around.outbox.admit(draft, this.#around.keeper.initial);
    if ('full' in admission) return false;
    this.#around.ledger.failed.remove(failed.id);
    this.#admitted(admission.entry, admission.evicted);
    return true;
  }

  #run(): void {
    this.#around.deadlines.check();
    this.#around.drain.run();
  }
}
