/** Figures of a client since it was made. Times are milliseconds. */
export interface ChatSocketMetrics {
  readonly dials: number;
  /** From the start of a dial to `open`. */
  readonly openMs: Timing;
  readonly roundTripMs: Timing;
  readonly ackMs: Timing;
  /** Connections lost or attempts failed, by the kind of their cause. */
  readonly lossesByKind: Readonly<Record<string, number>>;
  readonly framesIn: number;
  readonly framesOut: number;
  /** UTF-16 code units of text, not bytes on the network. */
  readonly charsIn: number;
  readonly charsOut: number;
  readonly framesRejected: number;
  /** Of types that the protocol does not know; they are ignored. */
  readonly framesUnknown: number;
  /** Places in a log that the server gave twice, or took back; what was there first stays. */
  readonly contradictions: number;
  readonly duplicatesDropped: number;
  /** Messages that the server could not give any more, at most a million for each gap. */
  readonly messagesLost: number;
  /** Answers that were shown late, because as many as may were growing. */
  readonly streamsPostponed: number;
  readonly queueDepth: number;
}

/** The last value and, over the last 256, the median and the 95th percentile; null before the first. */
export interface Timing {
  readonly last: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
}

const SAMPLES_MAX = 256;
/** A gap's end is the word of a server; one wrong number must not spoil the figure. */
const GAP_LENGTH_MAX = 1_000_000;

/** The counters behind `metrics()`: plain additions, worked out only when asked for. */
export class MetricsCounter {
  dials = 0;
  framesIn = 0;
  framesOut = 0;
  charsIn = 0;
  charsOut = 0;
  framesRejected = 0;
  /** Of those that were rejected. */
  framesTooBig = 0;
  framesUnknown = 0;
  contradictions = 0;
  duplicatesDropped = 0;
  messagesLost = 0;
  streamsPostponed = 0;
  readonly #openMs = new Samples();
  readonly #roundTripMs = new Samples();
  readonly #ackMs = new Samples();
  readonly #lossesByKind = new Map<string, number>();

  countLoss(kind: string): void {
    this.#lossesByKind.set(kind, (this.#lossesByKind.get(kind) ?? 0) + 1);
  }

  countFrameIn(chars: number): void {
    this.framesIn += 1;
    this.charsIn += chars;
  }

  countFrameOut(chars: number): void {
    this.framesOut += 1;
    this.charsOut += chars;
  }

  countLost(fromSeq: number, toSeq: number): void {
    this.messagesLost += Math.min(toSeq - fromSeq + 1, GAP_LENGTH_MAX);
  }

  timeOpen(ms: number): void {
    this.#openMs.add(ms);
  }

  timeRoundTrip(ms: number): void {
    this.#roundTripMs.add(ms);
  }

  timeAck(ms: number): void {
    this.#ackMs.add(ms);
  }

  read(queueDepth: number): ChatSocketMetrics {
    return {
      dials: this.dials,
      openMs: this.#openMs.read(),
      roundTripMs: this.#roundTripMs.read(),
      ackMs: this.#ackMs.read(),
      lossesByKind: Object.fromEntries(this.#lossesByKind),
      framesIn: this.framesIn,
      framesOut: this.framesOut,
      charsIn: this.charsIn,
      charsOut: this.charsOut,
      framesRejected: this.framesRejected,
      framesUnknown: this.framesUnknown,
      contradictions: this.contradictions,
      duplicatesDropped: this.duplicatesDropped,
      messagesLost: this.messagesLost,
      streamsPostponed: this.streamsPostponed,
      queueDepth,
    };
  }
}

class Samples {
  readonly #values: number[] = [];
  #next = 0;
  #last: number | null = null;

  add(value: number): void {
    this.#last = value;
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % SAMPLES_MAX;
  }

  read(): Timing {
    const sorted = [...this.#values].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
    return { last: this.#last, p50: at(0.5), p95: at(0.95) };
  }
}
