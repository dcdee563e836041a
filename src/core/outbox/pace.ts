/** A token bucket that keeps any rolling second at or below a limit, whatever was saved up before it. */

/** Share of the limit that flows steadily; the rest may be saved up. Together they never pass the limit. */
const STEADY_SHARE = 0.75;

export interface Pace {
  readonly tokens: number;
  readonly atMs: number;
}

export function fullPace(ratePerSecond: number, nowMs: number): Pace {
  return { tokens: burst(ratePerSecond), atMs: nowMs };
}

/** The bucket after one frame, and how long that frame has to wait: 0 for now. */
export function spend(
  pace: Pace,
  ratePerSecond: number,
  nowMs: number,
): { readonly pace: Pace; readonly waitMs: number } {
  if (ratePerSecond === Number.POSITIVE_INFINITY) return { pace: { tokens: 1, atMs: nowMs }, waitMs: 0 };
  const flowPerMs = (ratePerSecond * STEADY_SHARE) / 1_000;
  const refilled = Math.min(burst(ratePerSecond), pace.tokens + Math.max(0, nowMs - pace.atMs) * flowPerMs);
  if (refilled >= 1) return { pace: { tokens: refilled - 1, atMs: nowMs }, waitMs: 0 };
  return { pace: { tokens: refilled, atMs: nowMs }, waitMs: Math.ceil((1 - refilled) / flowPerMs) };
}

/** Counts a frame that could not wait, such as a ping. */
export function owe(pace: Pace): Pace {
  return { tokens: pace.tokens - 1, atMs: pace.atMs };
}

function burst(ratePerSecond: number): number {
  return Math.max(1, ratePerSecond * (1 - STEADY_SHARE));
}
