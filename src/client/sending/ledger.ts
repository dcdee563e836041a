/** How each message stands, told to the one who sent it, to its row and to listeners; each ends once. */

import type { DeliveryStatus } from '../../core/message.js';
import { FailedMessages } from '../../core/outbox/failed-messages.js';
import type { Outbox } from '../../core/outbox/outbox.js';
import type { Draft, OutboxEntry } from '../../core/outbox/outbox-entry.js';
import type { ChatSocketError } from '../../errors/chat-socket-error.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { Receipt } from '../outgoing.js';
import { endedError, expiredError } from './delivery-errors.js';
import type { DeliveryReports } from './delivery-reports.js';
import { OutgoingHandle, OutgoingMessage } from './outgoing-message.js';

export interface LedgerSurroundings {
  readonly outbox: Outbox;
  readonly reports: DeliveryReports;
  readonly options: ResolvedOptions;
  /** A message left the outbox, one way or another. */
  readonly onSettled: (entry: OutboxEntry) => void;
}

export class Ledger {
  readonly failed: FailedMessages;
  readonly #around: LedgerSurroundings;
  /** What senders hold, by id, of messages in the outbox and of failed ones. */
  #messages = new Map<string, OutgoingMessage>();
  /** One that lives on: an engine forgets what it has optimised for objects of which a collection finds none. */
  readonly specimen = new OutgoingHandle(new OutgoingMessage({ id: '', content: '' }, false), () => false);

  constructor(around: LedgerSurroundings) {
    this.#around = around;
    this.failed = new FailedMessages(around.options.outbox.messagesMax);
  }

  open(draft: Draft, hasStore: boolean): OutgoingMessage {
    const message = new OutgoingMessage(draft, hasStore);
    this.#messages.set(draft.id, message);
    return message;
  }

  tell(entry: OutboxEntry, delivery: DeliveryStatus): void {
    const message = this.#messages.get(entry.id);
    if (message !== undefined) message.status = delivery;
    this.#around.reports.progressed(entry, delivery);
  }

  /** Another tab sends it from now on. Only where it was sent from, its fate still matters: it may end there any way. */
  lose(entry: OutboxEntry): void {
    if (this.#messages.has(entry.id)) return this.tell(entry, 'unconfirmed');
    this.#around.outbox.settle(entry.id);
    this.#around.reports.dismissed(entry);
  }

  edit(entry: OutboxEntry): void {
    const message = this.#messages.get(entry.id);
    if (message !== undefined) message.content = entry.content;
    this.#around.reports.edited(entry);
  }

  persist(id: string, isDurable: boolean): void {
    this.#messages.get(id)?.persist(isDurable);
  }

  /** The server has it: an end, or for one that had failed only the truth about it. */
  ack(receipt: Receipt): void {
    const { reports, onSettled } = this.#around;
    const id = receipt.clientMessageId;
    const failed = this.failed.get(id);
    const entry = failed ?? this.#settle(id);
    if (entry === null) return;
    this.#messages.get(id)?.ack(receipt);
    this.#forget(id);
    if (failed !== null) return reports.found(entry, receipt);
    onSettled(entry);
    reports.acked(entry, receipt);
  }

  fail(id: string, status: 'failed' | 'cancelled', error: ChatSocketError): boolean {
    const entry = this.#settle(id);
    if (entry !== null) this.end(entry, status, error);
    return entry !== null;
  }

  expire(entry: OutboxEntry): void {
    this.fail(entry.id, 'failed', expiredError(entry));
  }

  /** The end of a message that is not in the outbox any more. */
  end(entry: OutboxEntry, status: 'failed' | 'cancelled', error: ChatSocketError): void {
    this.#messages.get(entry.id)?.fail(status, error);
    if (status === 'failed') this.#keepFailed(entry);
    else this.#messages.delete(entry.id);
    this.#around.onSettled(entry);
    this.#around.reports.failed(entry, error);
  }

  /** A message that failed is not shown any more; false if it is none. */
  dismiss(id: string): boolean {
    const entry = this.failed.get(id);
    if (entry === null) return false;
    this.#forget(id);
    this.#around.reports.dismissed(entry);
    return true;
  }

  /** Ends every message, and tells which there were. */
  clear(error: ChatSocketError): readonly OutboxEntry[] {
    const entries = this.#around.outbox.clear();
    this.failed.clear();
    for (const entry of entries) {
      this.#messages.get(entry.id)?.fail('cancelled', error);
      this.#around.reports.failed(entry, error);
    }
    this.#messages.clear();
    return entries;
  }

  /** Promises end, messages stay; returns how many of them nothing but the client's memory has. */
  rejectAll(how: 'closed' | 'disposed'): number {
    let inMemory = 0;
    for (const message of this.#messages.values()) {
      if (!message.isPending) continue;
      if (!message.mayBeKept) inMemory += 1;
      message.reject(endedError(how, message.mayBeKept));
    }
    return inMemory;
  }

  /** A signal that lives on holds no message. */
  unfollowAll(): void {
    for (const message of this.#messages.values()) message.unfollow();
  }

  /** One that is forgotten for it can never be sent again, and is not shown any more. */
  #keepFailed(entry: OutboxEntry): void {
    const forgotten = this.failed.add(entry);
    if (forgotten === null) return;
    this.#messages.delete(forgotten.id);
    this.#around.reports.dismissed(forgotten);
  }

  /** Out for good; the server would wait for the number of one that it was to get again. */
  #settle(id: string): OutboxEntry | null {
    const entry = this.#around.outbox.settle(id);
    if (entry?.status === 'queued' && entry.sent !== null) this.#around.outbox.renumber();
    return entry;
  }

  #forget(id: string): void {
    this.failed.remove(id);
    this.#messages.delete(id);
    // As the outbox does with its entries.
    if (this.#messages.size === 0) this.#messages = new Map();
  }
}
