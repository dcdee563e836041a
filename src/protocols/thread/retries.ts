/**
 * Messages whose worker failed. That is not final: the server tries again, after pauses that grow. Each shows as an
 * answer that is still to come, and as a failed one when no word of it has come for long.
 */

import type { InboundFrame } from '../../core/frame.js';

/** Without a word for this long nobody is likely to try any more. By then it has long been shown as stalled. */
const GIVEN_UP_AFTER_MS = 300_000;
/** Pauses mostly double, and the try itself takes time. */
const PAUSE_GROWTH = 3;
const RETRIED_MAX = 100;

interface Retry {
  readonly id: string;
  readonly failedAtMs: number;
  /** When it is given up; null where it was. */
  readonly dueAtMs: number | null;
}

export interface RetriedMessage {
  /** The message that is to be answered. */
  readonly inReplyTo: string;
  readonly conversationId: string;
  readonly senderId: string;
}

export class Retries {
  readonly #retries = new Map<string, Retry>();
  #count = 0;

  /** When the next one is given up; null where none waits. */
  get dueAtMs(): number | null {
    const dueAtMs = Math.min(...[...this.#retries.values()].map((retry) => retry.dueAtMs ?? Infinity));
    return Number.isFinite(dueAtMs) ? dueAtMs : null;
  }

  /** A try failed: once more, or for the first time. */
  fail(message: RetriedMessage, nowMs: number): readonly InboundFrame[] {
    const known = this.#retries.get(message.inReplyTo);
    if (known === undefined || known.dueAtMs === null) return this.#begin(message, known ?? null, nowMs);
    const pauseMs = (nowMs - known.failedAtMs) * PAUSE_GROWTH;
    const dueAtMs = nowMs + Math.max(GIVEN_UP_AFTER_MS, pauseMs);
    this.#retries.set(message.inReplyTo, { ...known, failedAtMs: nowMs, dueAtMs });
    // A sign of life.
    return [{ type: 'stream-snapshot', id: known.id, text: '' }];
  }

  /** The answer is there, however late. */
  answer(inReplyTo: string, conversationId: string): readonly InboundFrame[] {
    const known = this.#retries.get(inReplyTo);
    this.#retries.delete(inReplyTo);
    return known === undefined ? [] : [gone(known.id, conversationId)];
  }

  /** Those for which the time is up. */
  giveUp(nowMs: number): readonly InboundFrame[] {
    const over = [...this.#retries].filter(([, { dueAtMs }]) => dueAtMs !== null && dueAtMs <= nowMs);
    for (const [inReplyTo, retry] of over) this.#retries.set(inReplyTo, { ...retry, dueAtMs: null });
    return over.map(([, { id }]) => ({ type: 'stream-end', id, length: 0, status: 'failed' }));
  }

  #begin(
    { inReplyTo, conversationId, senderId }: RetriedMessage,
    before: Retry | null,
    nowMs: number,
  ): readonly InboundFrame[] {
    this.#count += 1;
    const id = `retry-${this.#count}`;
    this.#retries.delete(inReplyTo);
    this.#retries.set(inReplyTo, { id, failedAtMs: nowMs, dueAtMs: nowMs + GIVEN_UP_AFTER_MS });
    const place = { conversationId, epoch: null, seq: null, createdAtMs: nowMs };
    return [
      ...(before === null ? this.#makeRoom() : [gone(before.id, conversationId)]),
      { type: 'stream-start', id, senderId, inReplyTo, ...place },
    ];
  }

  /** The oldest one is given up when there are too many. */
  #makeRoom(): readonly InboundFrame[] {
    const [oldest] = this.#retries;
    if (oldest === undefined || this.#retries.size <= RETRIED_MAX) return [];
    const [inReplyTo, { id, dueAtMs }] = oldest;
    this.#retries.delete(inReplyTo);
    return dueAtMs === null ? [] : [{ type: 'stream-end', id, length: 0, status: 'failed' }];
  }
}

function gone(id: string, conversationId: string): InboundFrame {
  return { type: 'message-deleted', conversationId, epoch: null, seq: null, id };
}
