/** The application's token function, with the moods of a real one. */

import type { TokenAnswer, TokenRequest } from '../../../src/ports/token-source.js';
import { CANARY, type TokenOffice } from '../server/token-office.js';
import type { Gate } from '../world/gate.js';
import type { Timeline } from '../world/timeline.js';

export type TokenMood = 'slow' | 'hangs' | 'rejects' | 'throws' | 'null' | 'unusable' | 'expired';

export interface TokenSurroundings {
  readonly timeline: Timeline;
  readonly office: TokenOffice;
  readonly deviceIndex: number;
  readonly latencyMs: () => number;
  readonly onOverlap: () => void;
}

const LIFETIME_MS = 60_000;
const SLOW_MS = 6_000;

export class TokenProvider {
  readonly #around: TokenSurroundings;
  #mood: { readonly kind: TokenMood; readonly untilMs: number } | null = null;
  #inFlight = new Set<TokenRequest>();
  #calls = 0;

  constructor(around: TokenSurroundings) {
    this.#around = around;
  }

  get calls(): number {
    return this.#calls;
  }

  feel(kind: TokenMood, forMs: number): void {
    this.#mood = { kind, untilMs: this.#around.timeline.nowMs + forMs };
  }

  heal(): void {
    this.#mood = null;
  }

  forgetCalls(): void {
    this.#inFlight.clear();
  }

  ask(request: TokenRequest, gate: Gate): TokenAnswer | Promise<TokenAnswer> {
    const { timeline, onOverlap } = this.#around;
    this.#calls += 1;
    if ([...this.#inFlight].some(({ signal }) => !signal.aborted)) onOverlap();
    const mood = this.#mood !== null && this.#mood.untilMs > timeline.nowMs ? this.#mood.kind : null;
    if (mood === 'throws') throw new Error('The token endpoint threw.');
    this.#inFlight.add(request);
    const { promise, resolve, reject } = withResolvers<TokenAnswer>();
    const delayMs = this.#around.latencyMs() + (mood === 'slow' ? SLOW_MS : 0);
    if (mood === 'hangs') return promise;
    timeline.after(
      delayMs,
      () => {
        this.#inFlight.delete(request);
        if (mood === 'rejects') reject(new Error('The token endpoint is down.'));
        else resolve(this.#answer(mood));
      },
      { gate },
    );
    return promise;
  }

  #answer(mood: TokenMood | null): TokenAnswer {
    const { office, deviceIndex, timeline } = this.#around;
    if (mood === 'null') return null;
    if (mood === 'unusable') return `${CANARY}\nbreak`;
    const lifetimeMs = mood === 'expired' ? -1 : LIFETIME_MS;
    return { token: office.issue(deviceIndex, timeline.nowMs + lifetimeMs), expiresInMs: LIFETIME_MS };
  }
}

function withResolvers<Value>() {
  let resolve: (value: Value) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
