/** The one way out for frames: encoded for this server, counted, and given to the socket of a dial. */

import type { DialId } from '../../core/connection/state.js';
import type { OutboundFrame, ServerTerms } from '../../core/frame.js';
import type { Protocol } from '../../ports/protocol.js';
import type { MetricsCounter } from '../metrics.js';
import { FrameBatch } from './frame-batch.js';

/** The most in one batch, in UTF-16 code units, where the server takes messages of that length. */
const BATCH_CHARS_MAX = 16_384;

export interface WriterSurroundings {
  readonly protocol: Protocol;
  readonly metrics: MetricsCounter;
  readonly termsOf: (dialId: DialId) => ServerTerms;
  /** A message is suspected of ending connections: nothing may share a text with it. */
  readonly mustGoAlone: () => boolean;
  /** Counts towards the server's rate limit, which is for frames of every kind. */
  readonly onFrame: (terms: ServerTerms) => void;
  readonly sendText: (dialId: DialId, text: string) => boolean;
}

export class FrameWriter {
  readonly #around: WriterSurroundings;
  readonly #batch: FrameBatch;

  constructor(around: WriterSurroundings) {
    this.#around = around;
    this.#batch = new FrameBatch(around);
  }

  /** Handed over, but not to the socket yet; in UTF-16 code units. */
  get waitingChars(): number {
    return this.#batch.chars;
  }

  /** True: sent. False: this dial has no socket that takes it. Null: the protocol has no such frame. */
  send(dialId: DialId, frame: OutboundFrame): boolean | null {
    const { protocol, metrics, termsOf, mustGoAlone, onFrame } = this.#around;
    const terms = termsOf(dialId);
    const text = protocol.encode(frame, terms);
    if (text === null) return null;
    metrics.countFrameOut(text.length);
    // The sender counts its own.
    if (frame.type !== 'send') onFrame(terms);
    return this.#batch.add(dialId, text, terms.batch === true && !mustGoAlone() ? this.#charsMax(terms) : 0);
  }

  /** What was sent so far goes before a goodbye. */
  flush(): void {
    this.#batch.flush();
  }

  /** No longer than one message may be: a server that finds a batch too big would find its biggest message so. */
  #charsMax({ contentLengthMax }: ServerTerms): number {
    return Math.min(BATCH_CHARS_MAX, contentLengthMax ?? this.#around.protocol.contentLengthMax);
  }
}
