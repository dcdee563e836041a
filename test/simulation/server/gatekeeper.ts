/** Refusals that the engine knows nothing of: what a proxy, a full disk or another server of the family would say. */

import type { EnvelopeServerFrame } from 'chatsocket/schemas';
import type { Timeline } from '../world/timeline.js';
import type { Wire } from '../world/wire.js';

export type Judgement =
  | { readonly kind: 'pass'; readonly text: string }
  | { readonly kind: 'refuse'; readonly frame: EnvelopeServerFrame }
  | { readonly kind: 'swallow' }
  | { readonly kind: 'close'; readonly code: number };

interface Rule {
  readonly frameType: 'send_message' | 'join_conversation' | 'load_history';
  readonly untilMs: number;
  left: number;
  /** Null makes the engine refuse for good. */
  readonly code: string | null;
  readonly retryAfterMs: number | null;
}

/** A frame is lost within the server, and nobody is told. */
export const NO_WORD = 'NO_WORD';
/** A message whose text holds this makes the server fall over. */
export const POISON = 'poison!';
/** Means what it says: this message is never taken. */
export const FINAL_CODE = 'FORBIDDEN';
const IDLE: readonly Rule[] = [];

export class Gatekeeper {
  readonly sessionEndsAtMs = new WeakMap<Wire, number>();
  readonly #timeline: Timeline;
  readonly #passed = new Set<string>();
  readonly #rejected = new Map<string, Rule>();
  #rules: readonly Rule[] = IDLE;
  #poison: { readonly closeCode: number; readonly untilMs: number } | null = null;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  refuseNext(rule: Omit<Rule, 'untilMs'>, forMs: number): void {
    this.#rules = [...this.#rules, { ...rule, untilMs: this.#timeline.nowMs + forMs }];
  }

  /** The server closes with this code whenever a poisoned message comes. */
  fearPoison(closeCode: number, forMs: number): void {
    this.#poison = { closeCode, untilMs: this.#timeline.nowMs + forMs };
  }

  heal(): void {
    this.#rules = IDLE;
    this.#poison = null;
  }

  judge(text: string): Judgement {
    if (this.#poison !== null && this.#poison.untilMs > this.#timeline.nowMs && text.includes(POISON)) {
      return { kind: 'close', code: this.#poison.closeCode };
    }
    const messageId = /"messageId":"([^"]*)"/.exec(text)?.[1];
    if (messageId === undefined) return { kind: 'pass', text };
    const rule = this.#ruleFor(text, messageId);
    if (rule === undefined) return { kind: 'pass', text };
    // The engine itself refuses an empty message for good, and counts its number.
    if (rule.code === null) return { kind: 'pass', text: text.replace(/"content":"[^"]*"/, '"content":" "') };
    const { code, retryAfterMs } = rule;
    if (code === NO_WORD) return { kind: 'swallow' };
    const payload = { code, message: 'Refused.', messageId, ...(retryAfterMs === null ? {} : { retryAfterMs }) };
    return { kind: 'refuse', frame: { type: 'error', messageId, payload } };
  }

  /** A refusal for good is kept up for every copy of a message, and no message is refused of which a copy got through. */
  #ruleFor(text: string, messageId: string): Rule | undefined {
    const before = this.#rejected.get(messageId);
    if (before !== undefined) return before;
    const rule = this.#rules.find(
      ({ frameType, untilMs, left }) =>
        left > 0 && untilMs > this.#timeline.nowMs && text.includes(`"type":"${frameType}"`),
    );
    const isFinal = rule !== undefined && (rule.code === null || rule.code === FINAL_CODE);
    if (isFinal && this.#passed.has(messageId)) return undefined;
    if (rule === undefined) this.#passed.add(messageId);
    else rule.left -= 1;
    if (isFinal) this.#rejected.set(messageId, rule);
    return rule;
  }
}
