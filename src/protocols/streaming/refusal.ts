/** What this family's error texts mean; it has no codes. */

import type { RefusalVerdict } from '../../core/frame.js';

export interface RefusalMeaning {
  readonly code: string;
  readonly verdict: RefusalVerdict;
  readonly retryAfterMs: number | null;
}

const RATE_LIMIT = /rate limit exceeded/i;
const WAIT = /\b(\d{1,6})\s*(second|minute|hour)/i;
const UNIT_MS: Readonly<Record<string, number>> = { second: 1_000, minute: 60_000, hour: 3_600_000 };
const RATE_LIMIT_PAUSE_MS = 60_000;

const FINAL: readonly (readonly [pattern: RegExp, code: string])[] = [
  [/cannot be empty/i, 'EMPTY'],
  [/too long/i, 'TOO_LONG'],
  [/invalid json/i, 'INVALID_JSON'],
];

/** Texts that nobody knows are taken for trouble of the server's, which may be over the next time. */
export function readRefusal(text: string): RefusalMeaning {
  if (RATE_LIMIT.test(text)) return { code: 'RATE_LIMIT', verdict: 'pause', retryAfterMs: readWait(text) };
  const known = FINAL.find(([pattern]) => pattern.test(text));
  if (known !== undefined) return { code: known[1], verdict: 'final', retryAfterMs: null };
  return { code: 'SERVER_ERROR', verdict: 'retry', retryAfterMs: null };
}

function readWait(text: string): number {
  const [, count, unit] = WAIT.exec(text) ?? [];
  const unitMs = unit === undefined ? undefined : UNIT_MS[unit.toLowerCase()];
  return count === undefined || unitMs === undefined ? RATE_LIMIT_PAUSE_MS : Number(count) * unitMs;
}
