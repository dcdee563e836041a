/** Takes messages, keeps each until the server has it or never will, and tells how far it has come. */

import type { CloseCause } from '../../core/connection/close-cause.js';
import type { ConnectionState, DialId } from '../../core/connection/state.js';
import type { OutboundFrame, ServerTerms } from '../../core/frame.js';
import { Outbox } from '../../core/outbox/outbox.js';
import type { OutboxEntry } from '../../core/outbox/outbox-entry.js';
import { CALM_MS } from '../../core/outbox/suspect.js';
import type { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { Receipt } from '../outgoing.js';
import type { Turn } from '../telling/turn.js';
import { Deadlines } from './deadlines.js';
import { lostWithClientError, unsendableError } from './delivery-errors.js';
import type { DeliveryReports } from './delivery-reports.js';
import { Drain } from './drain.js';
import { Ledger } from './ledger.js';
import { RowKeeper } from './row-keeper.js';
import { Unanswered } from './unanswered.js';
import { UserRequests } from './user-requests.js';

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
  readonly requests: UserRequests;
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
    this.requests = new UserRequests({
      ...around,
      outbox,
      ledger: this.#ledger,
      keeper: this.#keeper,
      deadlines: this.#deadlines,
      drain: this.#drain,
    });
  }

  /** Messages that failed and can be tried again. */
  get failedCount(): number {
    return this.#ledger.failed.count;
  }

  /** Until when the server wants nothing sent; null while it does. */
  get pausedUntilMs(): number | null {
    return this.#drain.pausedUntilMs;
  }

  /** A message is on trial. */
  get mustGoAlone(): boolean {
    return this.#unanswered.mustGoAlone;
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

  countFrame(terms: ServerTerms): void {
    this.#drain.countFrame(terms);
  }

  /** How long a join has to wait. */
  waitMs(terms: ServerTerms): number {
    return this.#drain.waitMs(terms);
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
    // Some servers count what they refuse and others do not; under another name it makes no difference. Nor has the
    // server to wait then for the number of one that ended here meanwhile.
    this.outbox.renumber();
    if (!this.#ledger.fail(id, 'failed', error)) return false;
    this.drain();
    return true;
  }

  /** Not taken now: it goes back to its place and everything waits a moment. */
  postpone(id: string | null, retryAfterMs: number | null): void {
    const entry = id === null ? null : this.outbox.get(id);
    // Another tab has it, and sends it.
    if (entry?.status === 'unconfirmed' && entry.keeping === 'elsewhere') return;
    // One that ended meanwhile, also by its ack, will not come again under its number.
    if (id !== null && !this.#unanswered.putBack(id) && entry === null) this.outbox.renumber();
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
  close(): void {
    this.#rejectAll('closed');
  }

  /** Others may have what the store keeps; it is opened again when it is needed. */
  release(remembersRows = true): Promise<void> {
    return remembersRows ? this.#keeper.close() : this.#keeper.leave();
  }

  /** The client is disposed: promises end, a signal that lives on holds no message, and others may have the store. */
  letGo(): void {
    this.#rejectAll('disposed');
    this.#ledger.unfollowAll();
    this.#keeper.end();
  }

  #rejectAll(how: 'closed' | 'disposed'): void {
    const count = this.#ledger.rejectAll(how);
    if (count > 0) this.#around.onTrouble(lostWithClientError(how, count));
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
      if (receipt === null) this.#deadlines.watch(entry);
      else this.ack(receipt);
    }
    this.#resend();
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
