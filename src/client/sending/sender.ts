/** Takes messages, hands them to the open connection in order and pace, and keeps each until the server has it. */

import type { DialId } from '../../core/connection/state.js';
import type { OutboundFrame, ServerTerms } from '../../core/frame.js';
import type { DeliveryStatus } from '../../core/message.js';
import { type Draft, Outbox, type OutboxEntry } from '../../core/outbox/outbox.js';
import { fullPace, owe, type Pace, spend } from '../../core/outbox/pace.js';
import { ChatSocketError } from '../../errors/chat-socket-error.js';
import { NamedTimers } from '../named-timers.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { Outgoing, Receipt } from '../outgoing.js';
import type { Turn } from '../telling/turn.js';
import { OutgoingMessage } from './outgoing-message.js';

/** Above this the network is slower than we are, and what is sent only piles up in memory. */
const BUFFERED_BYTES_MAX = 65_536;
/** How often a full buffer is looked at again. */
const BUFFER_CHECK_MS = 50;
/** The time a probe has after an overdue ack, before the connection is given up. */
const ACK_PROBE_MS = 4_000;
/** A refusal that asks to come again, without saying when. */
const RETRY_PAUSE_MS = 250;

export interface SenderSurroundings {
  readonly options: ResolvedOptions;
  readonly turn: Turn;
  /** Writes and sends a frame on the open connection; null where the protocol has no words, false if not taken. */
  readonly send: (dialId: DialId, frame: OutboundFrame) => boolean | null;
  readonly bufferedBytes: (dialId: DialId) => number;
  readonly onDelivery: (entry: OutboxEntry, delivery: DeliveryStatus) => void;
  readonly onAcked: (entry: OutboxEntry, receipt: Receipt) => void;
  readonly onFailed: (entry: OutboxEntry, error: ChatSocketError) => void;
  /** An ack is overdue: first ask for a sign of life, then for a new connection. */
  readonly onAckOverdue: (dialId: DialId, hasProbed: boolean) => void;
}

interface Link {
  readonly dialId: DialId;
  readonly terms: ServerTerms;
  readonly producerId: string;
}

export class Sender {
  readonly #around: SenderSurroundings;
  readonly #outbox: Outbox;
  readonly #messages = new Map<string, OutgoingMessage>();
  readonly #timers: NamedTimers<'drain' | 'ack' | 'probe'>;
  #link: Link | null = null;
  /** Of all connections, for servers count a user's frames and not a socket's. */
  #pace: Pace;
  #pausedUntilMs = 0;

  constructor(around: SenderSurroundings) {
    this.#around = around;
    const { outbox, clock } = around.options;
    this.#outbox = new Outbox(outbox);
    this.#pace = fullPace(outbox.ratePerSecond, clock.nowMs());
    this.#timers = new NamedTimers(clock, (timer) => around.turn.run(() => this.#whenTimerFired(timer)));
  }

  get outbox(): Outbox {
    return this.#outbox;
  }

  /** Throws `delivery/outbox-full`; else the message is in the outbox. */
  enqueue(draft: Draft, signal?: AbortSignal): Outgoing {
    const full = this.#outbox.admit(draft);
    if (full !== null) throw this.#fullError(full);
    const message = new OutgoingMessage(draft.id, draft.content, () => this.cancel(draft.id));
    this.#messages.set(draft.id, message);
    if (signal !== undefined) message.follow(signal);
    return message.outgoing;
  }

  /** Takes a message back; false once a connection has it, or it is settled. */
  cancel(id: string): boolean {
    const entry = this.#outbox.get(id);
    if (entry === null || entry.status !== 'queued' || entry.transmissions > 0) return false;
    const error = new ChatSocketError(
      'delivery/cancelled',
      `The message ${id} was cancelled before the server had it.`,
    );
    this.#around.turn.run(() => this.#fail(id, 'cancelled', error));
    return true;
  }

  /** Sends an unconfirmed message again, with the same id; false if it is not unconfirmed. */
  retry(id: string): boolean {
    if (this.#outbox.get(id)?.status !== 'unconfirmed') return false;
    this.#around.turn.run(() => {
      const entry = this.#outbox.putBack(id);
      if (entry !== null) this.#tellDelivery(entry, 'queued');
      this.drain();
    });
    return true;
  }

  /** The connection is ready: what was sent before its ack goes first, in its order. */
  open(dialId: DialId, terms: ServerTerms): void {
    const { options } = this.#around;
    this.#link = { dialId, terms, producerId: options.ids.shortId() };
    this.#pausedUntilMs = 0;
    if (terms.deduplicates) {
      for (const entry of this.#outbox.requeueUnconfirmed()) this.#tellDelivery(entry, 'queued');
    }
    this.drain();
  }

  loseConnection(): void {
    this.#link = null;
    this.#timers.stopAll();
    for (const entry of this.#outbox.loseConnection()) this.#tellDelivery(entry, 'unconfirmed');
  }

  /** Sends what may go out now. */
  drain(): void {
    const link = this.#link;
    if (link === null) return;
    const nowMs = this.#around.options.clock.nowMs();
    if (this.#pausedUntilMs > nowMs) return this.#drainIn(this.#pausedUntilMs - nowMs);
    while (this.#outbox.queuedCount > 0) {
      if (this.#around.bufferedBytes(link.dialId) > BUFFERED_BYTES_MAX) return this.#drainIn(BUFFER_CHECK_MS);
      const spent = spend(this.#pace, this.#ratePerSecond, nowMs);
      if (spent.waitMs > 0) return this.#drainIn(spent.waitMs);
      const entry = this.#outbox.take(this.#window(link), nowMs);
      if (entry === null) return;
      this.#pace = spent.pace;
      if (!this.#transmit(entry, link)) return;
    }
  }

  /** Counts a frame that is no message against the pace; joins go out before there is a link. */
  countFrame(): void {
    this.#pace = owe(this.#pace, this.#ratePerSecond, this.#around.options.clock.nowMs());
  }

  ack(receipt: Receipt): void {
    const entry = this.#outbox.settle(receipt.clientMessageId);
    if (entry === null) return;
    this.#messages.get(entry.id)?.ack(receipt);
    this.#messages.delete(entry.id);
    this.#around.onAcked(entry, receipt);
    this.drain();
  }

  /** The server will never take it; the others go on. */
  refuse(id: string, error: ChatSocketError): boolean {
    return this.#fail(id, 'failed', error);
  }

  /** Not taken now: it goes back to its place and everything waits a moment. */
  postpone(id: string | null, retryAfterMs: number | null): void {
    const entry = id === null ? null : this.#outbox.putBack(id);
    if (entry !== null) this.#tellDelivery(entry, 'queued');
    const nowMs = this.#around.options.clock.nowMs();
    const pauseMs = retryAfterMs !== null && retryAfterMs >= 0 ? Math.min(retryAfterMs, 60_000) : RETRY_PAUSE_MS;
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + pauseMs);
    this.drain();
  }

  /** The frame that a server found too big is the biggest of its connection; it fails alone. */
  blameBiggest(dialId: DialId, error: ChatSocketError): void {
    const suspects = this.#outbox
      .list()
      .filter(({ status, sent }) => status === 'unconfirmed' && sent?.dialId === dialId);
    const biggest = suspects.reduce<OutboxEntry | null>(
      (most, entry) => (most === null || entry.sizeBytes > most.sizeBytes ? entry : most),
      null,
    );
    if (biggest !== null) this.#fail(biggest.id, 'failed', error);
  }

  /** Forgets every message; their promises reject. No room that this makes lets one of them out. */
  clear(error: ChatSocketError): void {
    // The server would wait for numbers that were given and never sent, so counting starts anew.
    if (this.#link !== null) this.#link = { ...this.#link, producerId: this.#around.options.ids.shortId() };
    for (const entry of this.#outbox.clear()) this.#tellFailed(entry, 'cancelled', error);
  }

  /** The client is closed: promises end, messages stay. */
  rejectAll(error: ChatSocketError): void {
    for (const message of this.#messages.values()) message.reject(error);
  }

  /** The client is disposed: promises end, and a signal that lives on holds no message. */
  letGo(error: ChatSocketError): void {
    this.rejectAll(error);
    for (const message of this.#messages.values()) message.unfollow();
  }

  #transmit(entry: OutboxEntry, link: Link): boolean {
    const { id, conversationId, content, metadata, inReplyTo } = entry;
    const nowMs = this.#around.options.clock.nowMs();
    const isTaken = this.#around.send(link.dialId, {
      type: 'send',
      clientMessageId: id,
      conversationId,
      content,
      metadata,
      inReplyTo,
      producer: { id: link.producerId, seq: entry.sent?.producerSeq ?? 1 },
      sentAtMs: nowMs,
    });
    if (isTaken === null) {
      const error = new ChatSocketError('protocol/unsupported', 'Cannot send: the protocol has no frame for messages.');
      return this.#fail(id, 'failed', error);
    }
    if (!isTaken) {
      this.#outbox.putBack(id);
      return false;
    }
    this.#tellDelivery(entry, 'sending');
    if (!this.#timers.isRunning('ack')) this.#timers.start('ack', this.#around.options.outbox.ackTimeoutMs);
    return true;
  }

  #whenTimerFired(timer: 'drain' | 'ack' | 'probe'): void {
    if (timer === 'drain') return this.drain();
    const link = this.#link;
    const oldest = this.#outbox.oldestInFlight();
    if (link === null || oldest === null || oldest.sent === null) return;
    const { clock, outbox } = this.#around.options;
    const leftMs = oldest.sent.atMs + outbox.ackTimeoutMs - clock.nowMs();
    if (leftMs > 0) return this.#timers.start('ack', leftMs);
    const hasProbed = timer === 'probe';
    if (!hasProbed) this.#timers.start('probe', ACK_PROBE_MS);
    this.#around.onAckOverdue(link.dialId, hasProbed);
  }

  #drainIn(delayMs: number): void {
    if (!this.#timers.isRunning('drain')) this.#timers.start('drain', delayMs);
  }

  #window(link: Link): { dialId: DialId; inFlightMax: number; keepsOrder: boolean } {
    return {
      dialId: link.dialId,
      inFlightMax: this.#around.options.outbox.inFlightMax,
      keepsOrder: link.terms.producerOrder,
    };
  }

  get #ratePerSecond(): number {
    return this.#link?.terms.messagesPerSecond ?? this.#around.options.outbox.ratePerSecond;
  }

  #tellDelivery(entry: OutboxEntry, delivery: DeliveryStatus): void {
    this.#messages.get(entry.id)?.setStatus(delivery);
    this.#around.onDelivery(entry, delivery);
  }

  #fail(id: string, status: 'failed' | 'cancelled', error: ChatSocketError): boolean {
    const entry = this.#outbox.settle(id);
    if (entry === null) return false;
    this.#tellFailed(entry, status, error);
    this.drain();
    return true;
  }

  #tellFailed(entry: OutboxEntry, status: 'failed' | 'cancelled', error: ChatSocketError): void {
    this.#messages.get(entry.id)?.fail(status, error);
    this.#messages.delete(entry.id);
    this.#around.onFailed(entry, error);
  }

  #fullError(full: 'messages' | 'bytes'): ChatSocketError {
    const { messagesMax, bytesMax } = this.#around.options.outbox;
    const held =
      full === 'messages'
        ? `${this.#outbox.count} of ${messagesMax} messages`
        : `as many of its ${bytesMax} bytes as it can`;
    return new ChatSocketError(
      'delivery/outbox-full',
      `Cannot send: the outbox holds ${held}. Wait for acks, or raise outbox.${full === 'messages' ? 'messagesMax' : 'bytesMax'}.`,
      { retryable: true, fields: { messagesMax, bytesMax, held: this.#outbox.count } },
    );
  }
}
