/** Asks the application, once a series, why handshakes are refused: browsers hide what an HTTP request can read. */

import type { CloseCause } from '../../core/connection/close-cause.js';
import { REFUSALS_TO_DIAGNOSE } from '../../core/connection/retry.js';
import type { ConnectionState } from '../../core/connection/state.js';
import { isStopConnecting } from '../../errors/stop-connecting.js';
import type { Clock } from '../../ports/clock.js';
import type { Diagnose } from '../options/options.js';
import type { Secrets } from '../secrets.js';
import type { Turn } from '../telling/turn.js';

/** Longer words are cut: they go to logs and screens. */
const WORDS_CHARS_MAX = 256;

export interface InquirySurroundings {
  readonly diagnose: Diagnose | null;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly turn: Turn;
  /** It was found that no further dial will help. */
  readonly onFinal: () => void;
}

export class RefusalInquiry {
  readonly #around: InquirySurroundings;
  #found: string | null = null;
  #abort: () => void = () => {};

  constructor(around: InquirySurroundings) {
    this.#around = around;
  }

  /** What was found, in the application's words; null if nothing was. */
  get found(): string | null {
    return this.#found;
  }

  follow(before: ConnectionState, after: ConnectionState): void {
    if (after.record.handshakesRefused === 0) {
      this.#abort();
      this.#found = null;
    }
    if (after.status === 'closed') this.#abort();
    const { lastCause } = after.record;
    if (isFirstDiagnosis(before, after) && lastCause !== null) this.#ask(lastCause);
  }

  #ask(cause: CloseCause): void {
    const { diagnose, secrets, clock, timeoutMs, turn, onFinal } = this.#around;
    if (diagnose === null) return;
    const asked = new AbortController();
    const stopTimer = clock.startTimer(() => asked.abort(), timeoutMs);
    this.#abort = () => {
      stopTimer();
      asked.abort();
    };
    const end = (words: unknown, isFinal: boolean) => {
      stopTimer();
      if (asked.signal.aborted) return;
      if (typeof words === 'string' && words !== '') this.#found = secrets.hide(words).slice(0, WORDS_CHARS_MAX);
      if (isFinal) turn.run(onFinal);
    };
    (async () => diagnose({ signal: asked.signal, cause }))().then(
      (words: unknown) => end(words, false),
      // A question that failed says nothing.
      (thrown: unknown) => {
        const isFinal = isStopConnecting(thrown);
        end(isFinal && thrown instanceof Error ? thrown.message : null, isFinal);
      },
    );
  }
}

/** The refusal that makes it a diagnosis; those after it are no news. */
export function isFirstDiagnosis(before: ConnectionState, after: ConnectionState): boolean {
  const { lastCause, handshakesRefused } = after.record;
  if (handshakesRefused === before.record.handshakesRefused || lastCause?.diagnosis !== 'handshake-refused')
    return false;
  return handshakesRefused === REFUSALS_TO_DIAGNOSE;
}
