/** The one way out for frames: encoded for this server, counted, and given to the socket of a dial. */

import type { DialId } from '../../core/connection/state.js';
import type { OutboundFrame, ServerTerms } from '../../core/frame.js';
import type { Protocol } from '../../ports/protocol.js';
import type { MetricsCounter } from '../metrics.js';

export interface WriterSurroundings {
  readonly protocol: Protocol;
  readonly metrics: MetricsCounter;
  readonly terms: () => ServerTerms;
  /** Counts towards the server's rate limit, which is for frames of every kind. */
  readonly onFrame: () => void;
  readonly sendText: (dialId: DialId, text: string) => boolean;
}

export class FrameWriter {
  readonly #around: WriterSurroundings;

  constructor(around: WriterSurroundings) {
    this.#around = around;
  }

  /** True: sent. False: this dial has no socket that takes it. Null: the protocol has no such frame. */
  send(dialId: DialId, frame: OutboundFrame): boolean | null {
    const { protocol, metrics, terms, onFrame, sendText } = this.#around;
    const text = protocol.encode(frame, terms());
    if (text === null) return null;
    metrics.countFrameOut(text.length);
    // The sender counts its own.
    if (frame.type !== 'send') onFrame();
    return sendText(dialId, text);
  }
}
