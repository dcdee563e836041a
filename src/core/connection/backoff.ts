/** How long to wait before a retry: full jitter, on top of what the server asks for. */

import type { CloseCause } from './close-cause.js';
import type { ConnectionPolicy } from './step.js';

/** No delay is ever longer, whatever a server says. */
const DELAY_CEILING_MS = 600_000;

/** After an announced end everybody comes back at once, so the first retry is spread over this. */
const ANNOUNCED_SPREAD_MS = 5_000;

/** Before an announced end nobody is in a hurry: of ten thousand clients a fortieth may come in a tenth of a second. */
const RESTART_SPREAD_MS = 6_000;

/** Codes by which a server says that it goes away or has too much to do, with the pause they ask for. */
const ANNOUNCED_PAUSES: ReadonlyMap<number, readonly [floorMs: number, spreadMs: number]> = new Map([
  [1001, [0, ANNOUNCED_SPREAD_MS]],
  [1012, [1_000, 9_000]],
  [1013, [15_000, 45_000]],
]);

export interface Loss {
  /** 1 for the first retry. */
  readonly retry: number;
  readonly code: number | null;
  /** The server's hint in milliseconds, unchecked. */
  readonly hintMs: number | null;
  /** In [0, 1). */
  readonly roll: number;
  readonly nowMs: number;
  /** The loss that led to the retry before; null for the first one ever. */
  readonly before: Pick<CloseCause, 'code' | 'retryAfterMs' | 'atMs'> | null;
}

/** The server itself said how long, or that it cannot serve for a while. */
export function asksForPause({ code, retryAfterMs }: Pick<CloseCause, 'code' | 'retryAfterMs'>): boolean {
  return hintedDelayMs(retryAfterMs, 0, 0) !== null || (code !== null && ANNOUNCED_PAUSES.has(code));
}

export function retryDelayMs(loss: Loss, policy: ConnectionPolicy): number {
  // The power is finite, so that a first delay of 0 stays 0 on every rung.
  const power = Math.min(Number.MAX_VALUE, policy.factor ** (loss.retry - 1));
  const ladderMs = Math.min(policy.delayMaxMs, policy.delayFirstMs * power);
  const hintedMs = hintedDelayMs(loss.hintMs, loss.roll, ladderMs);
  if (hintedMs !== null) return hintedMs;
  const announced = loss.code === null ? undefined : ANNOUNCED_PAUSES.get(loss.code);
  if (announced !== undefined) return clampDelayMs(announced[0] + loss.roll * Math.max(announced[1], ladderMs));
  if (loss.retry === 2 && loss.before !== null) return secondDelayMs(loss, loss.before, { policy, ladderMs });
  return clampDelayMs(loss.roll * ladderMs);
}

/**
 * Whoever is not taken back at once is one of many. Their first retries fill a window; the second ones wait until it is
 * over, or both together would be the worst wave of all, and stay spread as widely as an announced end had spread them.
 * Neither stretches a delay beyond the longest.
 */
function secondDelayMs(
  { roll, nowMs }: Loss,
  before: NonNullable<Loss['before']>,
  { policy, ladderMs }: { readonly policy: ConnectionPolicy; readonly ladderMs: number },
): number {
  const announcedMs = before.retryAfterMs === null ? ANNOUNCED_PAUSES.get(before.code ?? 0)?.[1] : ANNOUNCED_SPREAD_MS;
  const spreadMs = Math.max(ladderMs, Math.min(policy.delayMaxMs, announcedMs ?? 0));
  const restMs = Math.min(before.atMs + policy.delayFirstMs - nowMs, policy.delayMaxMs - spreadMs);
  return clampDelayMs(Math.max(0, restMs) + roll * spreadMs);
}

/**
 * What a server's hint asks for, spread above it, and the longest below the ceiling. Hints come from the wire: anything
 * but a positive finite number says nothing, which is null.
 */
export function hintedDelayMs(hintMs: number | null, roll: number, ladderMs: number): number | null {
  if (hintMs === null || !Number.isFinite(hintMs) || hintMs <= 0) return null;
  const floorMs = Math.min(hintMs, DELAY_CEILING_MS - ANNOUNCED_SPREAD_MS);
  const spreadMs = Math.min(Math.max(ANNOUNCED_SPREAD_MS, ladderMs), DELAY_CEILING_MS - floorMs);
  return clampDelayMs(floorMs + roll * spreadMs);
}

/** When to take over from a server that announced its end: after its hint, each client at another moment. */
export function restartDelayMs(hintMs: number, roll: number): number {
  const floorMs = Number.isFinite(hintMs) && hintMs > 0 ? Math.min(hintMs, DELAY_CEILING_MS - RESTART_SPREAD_MS) : 0;
  return floorMs + roll * RESTART_SPREAD_MS;
}

/** A wait until another automatic dial is allowed: at most `dialsPerMinuteMax` in any rolling minute. */
export function limiterDelayMs(dialsAtMs: readonly number[], nowMs: number, dialsPerMinuteMax: number): number {
  const oldest = dialsAtMs[dialsAtMs.length - dialsPerMinuteMax];
  return oldest === undefined ? 0 : clampDelayMs(oldest + 60_000 - nowMs);
}

export function clampDelayMs(delayMs: number): number {
  return Number.isFinite(delayMs) ? Math.min(DELAY_CEILING_MS, Math.max(0, delayMs)) : DELAY_CEILING_MS;
}
