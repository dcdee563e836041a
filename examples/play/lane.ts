/** One direction of a link: what was read from one socket, on its way to the other, with faults in between. */
import type { Socket } from 'node:net';
import { resetSocket } from './reset-socket.js';

/** Bytes that a lane holds before it stops reading, so that a held link pushes back like a real one. */
export const LANE_BUFFER_BYTES = 256 * 1024;

/** What becomes of bytes on a silent lane: `hold` delivers them after healing, `swallow` never does. */
export type SilentBytes = 'hold' | 'swallow';

export interface LaneFacts {
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly bytesSwallowed: number;
}

type Parcel =
  | { readonly kind: 'bytes'; readonly bytes: Buffer; readonly dueAtMs: number }
  | { readonly kind: 'end' | 'reset'; readonly dueAtMs: number };

/** Carries parcels in their order; a fault delays or stops them and never reorders them. */
export class Lane {
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #queue: Parcel[] = [];
  #queuedBytes = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  #bytesSwallowed = 0;
  #delayMs = 0;
  #stalledUntilMs = 0;
  #silent: SilentBytes | null = null;
  #isByteByByte = false;
  #mark: { readonly bytesOut: number; readonly reached: () => void } | null = null;
  #isAtMark = false;
  #isBlocked = false;
  #isOver = false;
  #wakeTimer: NodeJS.Timeout | null = null;
  #nextByte: NodeJS.Immediate | null = null;

  constructor(source: Socket, sink: Socket) {
    this.#source = source;
    this.#sink = sink;
    source.on('data', (bytes: Buffer) => this.#take(bytes));
    source.on('end', () => this.#enqueue({ kind: 'end', dueAtMs: this.#dueAtMs() }));
    source.on('close', (hadError) => {
      if (hadError) this.#enqueue({ kind: 'reset', dueAtMs: this.#dueAtMs() });
    });
    sink.on('drain', () => {
      this.#isBlocked = false;
      this.#pump();
    });
  }

  facts(): LaneFacts {
    return { bytesIn: this.#bytesIn, bytesOut: this.#bytesOut, bytesSwallowed: this.#bytesSwallowed };
  }

  /** Nothing gets through from now on, and no end of the source is told to the sink. */
  silence(bytes: SilentBytes): void {
    this.#silent = bytes;
    if (bytes === 'swallow') this.#swallowQueue();
  }

  /** Nothing gets through for `durationMs`; then everything does, in its order. */
  stall(durationMs: number): void {
    this.#stalledUntilMs = Math.max(this.#stalledUntilMs, Date.now() + durationMs);
    this.#pump();
  }

  /** Every byte read from now on arrives `delayMs` later; 0 for none. */
  delay(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** Writes one byte at a time, each in its own turn of the event loop, so that readers see torn frames. */
  byteByByte(isOn: boolean): void {
    this.#isByteByByte = isOn;
  }

  /** Calls `reached` once exactly this many bytes have got through in all, before the one that follows. */
  markAt(bytesOut: number, reached: () => void): void {
    this.#mark = { bytesOut, reached };
  }

  /** Takes every fault away; held bytes leave at once. False if bytes are missing, so that the stream has a hole. */
  heal(): boolean {
    this.#silent = null;
    this.#stalledUntilMs = 0;
    this.#delayMs = 0;
    this.#isByteByByte = false;
    if (this.#bytesSwallowed > 0) return false;
    this.#queue.splice(0, this.#queue.length, ...this.#queue.map((parcel) => ({ ...parcel, dueAtMs: 0 })));
    this.#pump();
    return true;
  }

  /** Stops the lane's timers and forgets what it holds; twice is harmless. */
  stop(): void {
    this.#isOver = true;
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    if (this.#wakeTimer !== null) clearTimeout(this.#wakeTimer);
    if (this.#nextByte !== null) clearImmediate(this.#nextByte);
  }

  #take(bytes: Buffer): void {
    this.#bytesIn += bytes.length;
    if (this.#silent === 'swallow') {
      this.#bytesSwallowed += bytes.length;
      return;
    }
    this.#queuedBytes += bytes.length;
    if (this.#queuedBytes >= LANE_BUFFER_BYTES) this.#source.pause();
    this.#enqueue({ kind: 'bytes', bytes, dueAtMs: this.#dueAtMs() });
  }

  /** Never earlier than what is already waiting: a shorter delay must not let bytes overtake. */
  #dueAtMs(): number {
    const ownMs = this.#delayMs === 0 ? 0 : Date.now() + this.#delayMs;
    return Math.max(ownMs, this.#queue.at(-1)?.dueAtMs ?? 0);
  }

  #enqueue(parcel: Parcel): void {
    if (this.#isOver) return;
    this.#queue.push(parcel);
    this.#pump();
  }

  #swallowQueue(): void {
    this.#bytesSwallowed += this.#queuedBytes;
    this.#queuedBytes = 0;
    const ends = this.#queue.filter((parcel) => parcel.kind !== 'bytes');
    this.#queue.splice(0, this.#queue.length, ...ends);
    this.#source.resume();
  }

  #pump(): void {
    while (!this.#isOver && !this.#isAtMark && this.#silent === null && this.#nextByte === null) {
      const parcel = this.#queue[0];
      if (parcel === undefined) return;
      const waitMs = Math.max(parcel.dueAtMs, this.#stalledUntilMs) - Date.now();
      if (waitMs > 0) {
        this.#wakeIn(waitMs);
        return;
      }
      if (parcel.kind === 'bytes') {
        if (this.#isBlocked) return;
        this.#deliver(parcel.bytes, parcel.dueAtMs);
      } else {
        this.#queue.shift();
        if (parcel.kind === 'end') this.#sink.end();
        else resetSocket(this.#sink);
      }
    }
  }

  #deliver(bytes: Buffer, dueAtMs: number): void {
    const first = bytes.subarray(0, this.#portionOf(bytes));
    if (first.length < bytes.length) this.#queue[0] = { kind: 'bytes', bytes: bytes.subarray(first.length), dueAtMs };
    else this.#queue.shift();
    this.#queuedBytes -= first.length;
    this.#bytesOut += first.length;
    this.#isBlocked = !this.#sink.write(first);
    if (this.#queuedBytes < LANE_BUFFER_BYTES) this.#source.resume();
    if (this.#isByteByByte) this.#goOnNextTurn();
    if (this.#bytesOut === this.#mark?.bytesOut) {
      const { reached } = this.#mark;
      this.#mark = null;
      this.#isAtMark = true;
      // What was written has to leave before a fault that hangs on it strikes.
      this.#sink.write('', () => {
        this.#isAtMark = false;
        reached();
        this.#pump();
      });
    }
  }

  /** How many of these bytes go now. */
  #portionOf(bytes: Buffer): number {
    if (this.#isByteByByte) return 1;
    const toMark = (this.#mark?.bytesOut ?? 0) - this.#bytesOut;
    return toMark > 0 ? Math.min(toMark, bytes.length) : bytes.length;
  }

  #goOnNextTurn(): void {
    this.#nextByte ??= setImmediate(() => {
      this.#nextByte = null;
      this.#pump();
    });
  }

  #wakeIn(waitMs: number): void {
    if (this.#wakeTimer !== null) clearTimeout(this.#wakeTimer);
    this.#wakeTimer = setTimeout(() => {
      this.#wakeTimer = null;
      this.#pump();
    }, waitMs);
  }
}
