/** Turns the texts of a socket into frames: measured and decoded, and told and counted where nobody can read them. */

import type { ConnectionEvent } from '../../core/connection/event.js';
import type { DialId } from '../../core/connection/state.js';
import type { InboundFrame } from '../../core/frame.js';
import type { DecodeResult, FrameFault } from '../../ports/protocol.js';
import type { MetricsCounter } from '../metrics.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { Agreement } from './agreement.js';
import { isTooLong } from './frame-size.js';

/** This many unreadable frames in a row mean that the peer is not what we think it is. */
const BAD_FRAMES_MAX = 20;

const NOTHING: readonly InboundFrame[] = [];

export interface ReaderSurroundings {
  readonly options: ResolvedOptions;
  readonly metrics: MetricsCounter;
  readonly dispatch: (event: ConnectionEvent) => void;
  readonly isPulseInDoubt: () => boolean;
  /** A frame was too big to be read; true if what it may have answered was asked for again. */
  readonly onTooBig: (dialId: DialId) => boolean;
  readonly onFrameRejected: (reason: FrameFault, sizeChars: number) => void;
}

export class FrameReader {
  readonly #around: ReaderSurroundings;
  /** What each frame of the last text takes, in UTF-16 code units. */
  frameChars = 0;

  constructor(around: ReaderSurroundings) {
    this.#around = around;
  }

  readText(agreement: Agreement, text: string): readonly InboundFrame[] {
    const { options, metrics, dispatch, isPulseInDoubt } = this.#around;
    const { dialId } = agreement;
    metrics.countFrameIn(text.length);
    const isTooBig = isTooLong(text, options.inbox.frameBytesMax);
    const decoded: DecodeResult = isTooBig ? { ok: false, reason: 'too-big' } : options.protocol.decode(text);
    if (!decoded.ok || decoded.isOwnWord !== true) {
      agreement.heardAtMs = options.clock.nowMs();
      if (isPulseInDoubt()) dispatch({ type: 'life-seen', dialId, isPong: false });
    }
    if (!decoded.ok) return this.#reject(agreement, decoded.reason, text.length);
    agreement.badFrames = 0;
    this.frameChars = text.length / decoded.frames.length;
    return decoded.frames;
  }

  readBinary(agreement: Agreement): void {
    agreement.heardAtMs = this.#around.options.clock.nowMs();
    this.#reject(agreement, 'binary', 0);
  }

  #reject(agreement: Agreement, reason: FrameFault, sizeChars: number): typeof NOTHING {
    const { metrics, dispatch, onFrameRejected } = this.#around;
    metrics.framesRejected += 1;
    if (reason === 'too-big') metrics.framesTooBig += 1;
    onFrameRejected(reason, sizeChars);
    // What is asked for in smaller pieces comes to an end.
    if (reason === 'too-big' && this.#around.onTooBig(agreement.dialId)) return NOTHING;
    agreement.badFrames += 1;
    if (agreement.badFrames >= BAD_FRAMES_MAX) {
      dispatch({ type: 'connection-failed', dialId: agreement.dialId, kind: 'bad-frames' });
    }
    return NOTHING;
  }
}
