/** Takes messages, keeps each until the server has it or never will, and tells how far it has come. */

import type { CloseCause } from '../../core/connection/close-cause.js';
import type { ConnectionState, DialId } from '../../core/connection/state.js';
import type { OutboundFrame, ServerTerms } from '../../core/frame.js';
import { Outbox } from '../../core/outbox/outbox.js';
import { type Draft, type OutboxEntry, toEntry } from '../../core/outbox/outbox-entry.js';
import { CALM_MS } from '../../core/outbox/suspect.js';
import type { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { Outgoing, Receipt } from '../outgoing.js';
import type { Turn } from '../telling/turn.js';
import { Deadlines } from './deadlines.js';
import { cancelledError, evictedError, fullError, unsendableError } from './delivery-errors.js';
import type { DeliveryReports } from './delivery-reports.js';
import { deadlineOf } from './draft.js';
import { Drain } from './drain.js';
import { Ledger } from './ledger.js';
import { OutgoingHandle } from './outgoing-message.js';
import { RowKeeper } from './row-keeper.js';
import { Unanswered } from './unanswered.js';

export interface SenderSurroundings {
  readonly options: ResolvedOptions;
  readonly turn: Turn;
  readonly reports: DeliveryReports;
  /** Writes and sends a frame on the open connection; null where the protocol has no words, false if not taken. */
  readonly send: (dialId: DialId, frame: OutboundFrame) => boolean | null;
  readonly bufferedBytes: (dialId: DialId) => number;
  /** An ack is overdue: first ask for a sign of life, then for a new connection. */
  readonly onAckOverdue: (dialId: DialId, hasProbed: boolean) => void;
  /** A connection that is only there for its answers has given them all. */
  readonly onDrained: (dialId: DialId) => void;
  /** Another tab logged this user out; `wasBefore` the store was opened. */
  readonly onWiped: (wasBefore: boolean) => void;
  readonly onTrouble: (error: ChatSocketError) => void;
}

export class Sender {
  readonly outbox: Outbox;
  readonly #around: SenderSurroundings;
  readonly #ledger: Ledger;
  readonly #keeper: RowKeeper;
  readonly #drain: Drain;
  readonly #unanswered: Unanswered;
  readonly #deadlines: Deadlines;

  constructor(around: SenderSurroundings) {
    this.#around = around;
    const { options, turn } = around;
    const outbox = new Outbox(options.outbox);
    this.outbox = outbox;
    this.#ledger = this.#makeLedger();
    this.#keeper = this.#makeKeeper();
    this.#drain = this.#makeDrain();
    const onExpired = (entry: OutboxEntry) => this.#ledger.expire(entry);
    this.#unanswered = new Unanswered({
      options,
      outbox,
      onQueued: (entry) => this.#ledger.tell(entry, 'queued'),
      onExpired,
      onFailed: (id, error) => this.refuse(id, error),
    });
    const { hasStore } = this.#keeper;
    const onLooked = () => this.#drain.run();
    this.#deadlines = new Deadlines({ clock: options.clock, turn, outbox, hasStore, onExpired, onLooked });
  }

  /** Messages that failed and can be tried again. */
  get failedCount(): number {
    return this.#ledger.failed.count;
  }

  /** A message is on trial. */
  get mustGoAlone(): boolean {
    return this.#unanswered.mustGoAlone;
  }

  /** Throws `delivery/outbox-full`; else the message is in the outbox, or failed at once if it is to give way. */
  enqueue(draft: Draft, signal?: AbortSignal): Outgoing {
    const { options, reports } = this.#around;
    const admission = this.outbox.admit(draft, this.#keeper.initial);
    const isFull = 'full' in admission;
    const givesWay = options.outbox.overflow === 'drop-newest' && draft.sizeBytes <= options.outbox.bytesMax;
    if (isFull && !givesWay) throw fullError(admission.full, draft.sizeBytes, options.outbox);
    const entry = isFull ? toEntry(draft, 0, 'kept') : admission.entry;
    const message = this.#ledger.open(draft, this.#keeper.hasStore);
    const cancel = () => this.cancel(message.id);
    if (signal !== undefined) message.follow(signal, cancel);
    reports.shown(entry);
    if (isFull) this.#ledger.end(entry, 'failed', evictedError(draft.id));
    else this.#admitted(entry, admission.evicted);
    return new OutgoingHandle(message, cancel);
  }

  /** Takes a message back; false once a connection or another tab may have it, or it is settled. One that failed is not shown any more. */
  cancel(id: string): boolean {
    return this.#around.turn.run(() => {
      if (this.#ledger.dismiss(id)) return true;
      const entry = this.outbox.get(id);
      if (entry?.status !== 'queued' || entry.transmittedAtMs !== null || entry.keeping === 'released') return false;
      return this.#fail(id, 'cancelled', cancelledError(id));
    });
  }

  /** Changes a message that no connection has; false if one has it, it is settled, or there is no room for it. */
  edit(id: string, content: string, sizeBytes: number): boolean {
    if (this.outbox.get(id)?.keeping === 'released') return false;
    const entry = this.outbox.edit(id, content, sizeBytes);
    if (entry === null) return false;
    this.#around.turn.run(() => {
      this.#ledger.edit(entry);
      this.#keeper.keep(entry, this.#drain.isNext(entry.id));
      this.drain();
    });
    return true;
  }

  /** Sends an unconfirmed or failed message again, with the same id; false if it is neither, or there is no room. */
  retry(id: string): boolean {
    const failed = this.#ledger.failed.get(id);
    const entry = failed ?? this.outbox.get(id);
    if (entry === null || (failed === null && entry.status !== 'unconfirmed')) return false;
    const nowMs = this.#around.options.clock.nowMs();
    // The user vouches for the repeat, so its age counts from now.
    const again = { ...entry, transmittedAtMs: entry.transmittedAtMs === null ? null : nowMs };
    return this.#around.turn.run(() => {
      if (failed === null ? this.outbox.putBack(id, again) === null : !this.#readmit(again, nowMs)) return false;
      this.#ledger.tell(entry, 'queued');
      this.drain();
      return true;
    });
  }

  /** While the client is wanted on, deadlines count; the store is opened. */
  follow(status: ConnectionState['status']): void {
    if (status === 'closing' || status === 'closed') return this.#deadlines.rest();
    this.#keeper.open();
    this.#deadlines.wake();
  }

  /** The connection is ready: what was sent before its ack goes first, in its order. */
  open(dialId: DialId, terms: ServerTerms): void {
    this.#drain.open(dialId, terms);
    if (this.#unanswered.mustGoAlone) this.#drain.pause(CALM_MS);
    this.#resend();
  }

  /** Another connection takes over; nothing goes out before this one has answered, or is lost. */
  hold(): void {
    this.#drain.hold();
  }

  loseConnection(): void {
    this.#drain.close();
    for (const entry of this.outbox.loseConnection()) this.#ledger.tell(entry, 'unconfirmed');
  }

  drain(): void {
    this.#deadlines.check();
    this.#drain.run();
  }

  countFrame(): void {
    this.#drain.countFrame();
  }

  /** The server has a message. `isAnswer`: by its own word to us; else its copy was seen. */
  ack(receipt: Receipt, isAnswer = false): void {
    const { link } = this.#drain;
    if (isAnswer && link !== null) this.#unanswered.putBackBefore(receipt.clientMessageId, link);
    this.#ledger.ack(receipt);
    this.drain();
  }

  /** The server will never take it; the others go on. */
  refuse(id: string, error: ChatSocketError): boolean {
    // Some servers count what they refuse and others do not; under another name it makes no difference.
    if (this.outbox.get(id) !== null) this.outbox.renumber();
    return this.#fail(id, 'failed', error);
  }

  /** Not taken now: it goes back to its place and everything waits a moment. */
  postpone(id: string | null, retryAfterMs: number | null): void {
    // One that ended meanwhile will not come again under its number.
    if (id !== null && !this.#unanswered.putBack(id) && this.#ledger.failed.get(id) !== null) this.outbox.renumber();
    this.#drain.pause(retryAfterMs);
  }

  /** The server ended a connection, perhaps for a message. */
  blame(dialId: DialId, cause: CloseCause): void {
    this.#unanswered.blame(dialId, cause);
  }

  /** Forgets every message, here and in the store; their promises reject. */
  clear(error: ChatSocketError): void {
    for (const entry of this.forget(error)) this.#keeper.forget(entry);
  }

  /** Forgets every message here. No room that this makes lets one of them out. */
  forget(error: ChatSocketError): readonly OutboxEntry[] {
    this.#unanswered.forget();
    return this.#ledger.clear(error);
  }

  /** Erases the store, for all tabs of this user. */
  wipe(): Promise<void> {
    return this.#keeper.wipe();
  }

  /** The client is closed: promises end, messages stay. */
  rejectAll(error: ChatSocketError): void {
    this.#ledger.rejectAll(error);
  }

  /** Others may have what the store keeps; it is opened again when it is needed. */
  release(remembersRows = true): Promise<void> {
    return remembersRows ? this.#keeper.close() : this.#keeper.leave();
  }

  /** The client is disposed: promises end, a signal that lives on holds no message, and others may have the store. */
  letGo(error: ChatSocketError): void {
    this.#ledger.rejectAll(error);
    this.#ledger.unfollowAll();
    this.#keeper.end();
  }

  #admitted(entry: OutboxEntry, evicted: readonly OutboxEntry[]): void {
    for (const gone of evicted) this.#ledger.end(gone, 'failed', evictedError(gone.id));
    this.#deadlines.watch(entry);
    this.#keeper.keep(entry, this.#drain.isNext(entry.id));
  }

  #readmit(failed: OutboxEntry, nowMs: number): boolean {
    // For one that is tried again none gives way: a listener that tries all again would never come to an end.
    if (this.outbox.findLack(failed.sizeBytes) !== null) return false;
    const { ageMaxMs } = this.#around.options.outbox;
    const draft = { ...failed, expiresAtMs: deadlineOf(nowMs, ageMaxMs, ageMaxMs), sent: null };
    const admission = this.outbox.admit(draft, this.#keeper.initial);
    if ('full' in admission) return false;
    this.#ledger.failed.remove(failed.id);
    this.#admitted(admission.entry, admission.evicted);
    return true;
  }

  #resend(): void {
    this.#deadlines.check();
    if (this.#drain.link !== null) this.#unanswered.resend(this.#drain.link);
    this.drain();
  }

  /** Messages of an earlier life, or of a tab that died; some of them may be known to have arrived. */
  #adopted(entries: readonly OutboxEntry[]): void {
    for (const entry of entries) {
      const receipt = this.#around.reports.adopted(entry);
      receipt === null ? this.#deadlines.watch(entry) : this.ack(receipt);
    }
    this.#resend();
  }

  #fail(id: string, status: 'failed' | 'cancelled', error: ChatSocketError): boolean {
    if (!this.#ledger.fail(id, status, error)) return false;
    this.drain();
    return true;
  }

  #makeLedger(): Ledger {
    return new Ledger({
      ...this.#around,
      outbox: this.outbox,
      onSettled: (entry) => {
        this.#unanswered.settle(entry.id);
        this.#keeper.forget(entry);
      },
    });
  }

  #makeKeeper(): RowKeeper {
    return new RowKeeper({
      ...this.#around,
      outbox: this.outbox,
      onPersisted: (id, isDurable) => this.#ledger.persist(id, isDurable),
      onCleared: () => this.drain(),
      onAdopted: (entries) => this.#adopted(entries),
      onLost: (entry) => this.#ledger.lose(entry),
    });
  }

  #makeDrain(): Drain {
    return new Drain({
      ...this.#around,
      outbox: this.outbox,
      onRun: () => this.#deadlines.check(),
      mustGoAlone: () => this.mustGoAlone,
      onNext: (entry) => this.#keeper.keep(entry, true),
      onSent: (entry) => this.#ledger.tell(entry, 'sending'),
      onUnsendable: ({ id }) => this.refuse(id, unsendableError()),
    });
  }
}
