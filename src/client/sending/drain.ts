/** Hands queued messages to the open connection, in order and no faster than network and server take them. */

import type { DialId } from '../../core/connection/state.js';
import type { OutboundFrame, ServerTerms } from '../../core/frame.js';
import type { Outbox, SendWindow } from '../../core/outbox/outbox.js';
import type { OutboxEntry } from '../../core/outbox/outbox-entry.js';
import { fullPace, owe, type Pace, spend } from '../../core/outbox/pace.js';
import { NamedTimers } from '../named-timers.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { Turn } from '../telling/turn.js';
import { AckWatch } from './ack-watch.js';

/** Above this the network is slower than we are, and what is sent only piles up in memory. */
const BUFFERED_BYTES_MAX = 65_536;
/** Below this it has caught up. */
const BUFFERED_BYTES_LOW = 16_384;
/** How often a full buffer is looked at again. */
const BUFFER_CHECK_MS = 50;
/** A refusal that asks to come again, without saying when. */
const RETRY_PAUSE_MS = 250;
/** What servers ask for beyond this is taken for a mistake. */
const PAUSE_MAX_MS = 3_600_000;
/** A longer pause is a limit of the user's, which another connection does not lift. */
const CONNECTION_PAUSE_MAX_MS = 60_000;
/** What the server allows is met by its own clock, on frames that the network pushed together. */
const SHARE_OF_LIMIT = 0.8;

export interface DrainSurroundings {
  readonly options: ResolvedOptions;
  readonly turn: Turn;
  readonly outbox: Outbox;
  /** Writes and sends a frame on the open connection; null where the protocol has no words, false if not taken. */
  readonly send: (dialId: DialId, frame: OutboundFrame) => boolean | null;
  readonly bufferedBytes: (dialId: DialId) => number;
  /** Ends what must not go out any more, however late its timer is. */
  readonly onRun: () => void;
  /** Only one message may be on its way. */
  readonly mustGoAlone: () => boolean;
  /** This message goes out as soon as the store has noted that. */
  readonly onNext: (entry: OutboxEntry) => void;
  readonly onSent: (entry: OutboxEntry) => void;
  readonly onUnsendable: (entry: OutboxEntry) => void;
  /** First ask for a sign of life, then for a new connection. */
  readonly onAckOverdue: (dialId: DialId, hasProbed: boolean) => void;
  /** A connection that is only there for its answers has given them all. */
  readonly onDrained: (dialId: DialId) => void;
}

/** The open connection, as far as messages see it. */
export interface SendLink {
  readonly dialId: DialId;
  readonly terms: ServerTerms;
}

export class Drain {
  readonly #around: DrainSurroundings;
  readonly #timers: NamedTimers<'drain'>;
  readonly #acks: AckWatch;
  #link: SendLink | null = null;
  /** Of all connections, for servers count a user's frames and not a socket's. */
  #pace: Pace;
  #pausedUntilMs = 0;
  #limitedUntilMs = 0;
  #isBufferFull = false;
  #isHeld = false;
  /** What this client calls itself, a new name for each counting of its messages. */
  #producer = { numbering: 0, id: '' };

  constructor(around: DrainSurroundings) {
    this.#around = around;
    const { options, turn, outbox, onAckOverdue } = around;
    const { clock } = options;
    const { ratePerSecond, ackTimeoutMs } = options.outbox;
    this.#pace = fullPace(ratePerSecond, clock.nowMs());
    this.#timers = new NamedTimers(clock, () => turn.run(() => this.run()));
    const onOverdue = (hasProbed: boolean) => {
      if (this.#link !== null) onAckOverdue(this.#link.dialId, hasProbed);
    };
    this.#acks = new AckWatch({ clock, turn, outbox, ackTimeoutMs, onOverdue });
  }

  get link(): SendLink | null {
    return this.#link;
  }

  open(dialId: DialId, terms: ServerTerms): void {
    this.#link = { dialId, terms };
    this.#pausedUntilMs = this.#limitedUntilMs;
    this.#isBufferFull = false;
    this.#isHeld = false;
  }

  /** Until when the server wants nothing sent, in Unix milliseconds; null while it says nothing of the kind. */
  get pausedUntilMs(): number | null {
    return this.#pausedUntilMs > this.#around.options.clock.nowMs() ? this.#pausedUntilMs : null;
  }

  /** Another connection takes over: what comes after must not overtake what is on its way on this one. */
  hold(): void {
    this.#isHeld = true;
    this.run();
  }

  close(): void {
    this.#link = null;
    this.#timers.stopAll();
    this.#acks.stop();
  }

  /** Sends what may go out now. */
  run(): void {
    const link = this.#link;
    const { options, turn, outbox, onRun, onNext, onDrained } = this.#around;
    if (link !== null) this.#acks.look();
    if (link !== null && this.#isHeld) {
      // Later: what comes in one text with the last answer counts, too.
      if (outbox.oldestInFlight() === null) turn.tell(() => turn.run(() => onDrained(link.dialId)));
      return;
    }
    if (link === null || outbox.queuedCount === 0) return;
    const nowMs = options.clock.nowMs();
    if (this.#pausedUntilMs > nowMs) return this.#runIn(this.#pausedUntilMs - nowMs);
    onRun();
    const window = this.#window(link);
    if (options.outbox.store !== null) for (const entry of outbox.nextToClear(window)) onNext(entry);
    while (outbox.queuedCount > 0) {
      if (this.#mustWaitForBuffer(link.dialId)) return this.#runIn(BUFFER_CHECK_MS);
      const spent = spend(this.#pace, this.#ratePerSecond(link.terms), nowMs);
      if (spent.waitMs > 0) return this.#runIn(spent.waitMs);
      const entry = outbox.take(window, nowMs);
      if (entry === null) return;
      this.#pace = spent.pace;
      if (!this.#transmit(entry, link)) return;
    }
  }

  /** True for a message that goes out as soon as it is in the store. */
  isNext(id: string): boolean {
    const link = this.#link;
    if (link === null || this.#isHeld || this.#around.options.outbox.store === null) return false;
    return this.#around.outbox.nextToClear(this.#window(link)).some((entry) => entry.id === id);
  }

  /** Everything waits, as long as the server asks for: a limit of so many an hour takes up to an hour. */
  pause(retryAfterMs: number | null): void {
    const asked = retryAfterMs !== null && retryAfterMs >= 0 ? retryAfterMs : RETRY_PAUSE_MS;
    const pauseMs = asked <= PAUSE_MAX_MS ? asked : CONNECTION_PAUSE_MAX_MS;
    const untilMs = this.#around.options.clock.nowMs() + pauseMs;
    if (pauseMs > CONNECTION_PAUSE_MAX_MS) this.#limitedUntilMs = untilMs;
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, untilMs);
    this.run();
  }

  /** How long a frame that can wait has to: messages that wait for their turn go first. */
  waitMs(terms: ServerTerms): number {
    if (this.#timers.isRunning('drain')) return Number.POSITIVE_INFINITY;
    return spend(this.#pace, this.#ratePerSecond(terms), this.#around.options.clock.nowMs()).waitMs;
  }

  /** Counts a frame that is no message against the pace; joins go out before there is a link. */
  countFrame(terms: ServerTerms): void {
    this.#pace = owe(this.#pace, this.#ratePerSecond(terms), this.#around.options.clock.nowMs());
  }

  #transmit(entry: OutboxEntry, link: SendLink): boolean {
    const { options, outbox, send, onSent, onUnsendable } = this.#around;
    const { id: clientMessageId, conversationId, content, metadata, inReplyTo, sent } = entry;
    const isTaken = send(link.dialId, {
      type: 'send',
      clientMessageId,
      conversationId,
      content,
      metadata,
      inReplyTo,
      producer: { id: this.#producerId(sent?.numbering ?? 0), seq: sent?.producerSeq ?? 1 },
      sentAtMs: options.clock.nowMs(),
    });
    if (isTaken === null) onUnsendable(entry);
    else if (!isTaken) outbox.putBack(clientMessageId);
    else {
      this.#acks.start();
      onSent(entry);
    }
    return isTaken !== false;
  }

  #producerId(numbering: number): string {
    if (this.#producer.numbering !== numbering) this.#producer = { numbering, id: this.#around.options.ids.shortId() };
    return this.#producer.id;
  }

  #mustWaitForBuffer(dialId: DialId): boolean {
    const bytesMax = this.#isBufferFull ? BUFFERED_BYTES_LOW : BUFFERED_BYTES_MAX;
    this.#isBufferFull = this.#around.bufferedBytes(dialId) > bytesMax;
    return this.#isBufferFull;
  }

  #runIn(delayMs: number): void {
    if (!this.#timers.isRunning('drain')) this.#timers.start('drain', delayMs);
  }

  #window({ dialId, terms }: SendLink): SendWindow {
    const inFlightMax = this.#around.mustGoAlone() ? 1 : this.#around.options.outbox.inFlightMax;
    return { dialId, inFlightMax, keepsOrder: terms.producerOrder };
  }

  #ratePerSecond({ messagesPerSecond }: ServerTerms): number {
    return messagesPerSecond === null ? this.#around.options.outbox.ratePerSecond : messagesPerSecond * SHARE_OF_LIMIT;
  }
}
