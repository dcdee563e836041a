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
  const { tokens } = refill(pace, ratePerSecond, nowMs);
  if (tokens >= 1) return { pace: { tokens: tokens - 1, atMs: nowMs }, waitMs: 0 };
  return { pace: { tokens, atMs: nowMs }, waitMs: Math.ceil((1 - tokens) / flowPerMs(ratePerSecond)) };
}

/** Counts a frame that could not wait, such as a ping; what was saved up by then is capped first. */
export function owe(pace: Pace, ratePerSecond: number, nowMs: number): Pace {
  if (ratePerSecond === Number.POSITIVE_INFINITY) return pace;
  return { tokens: refill(pace, ratePerSecond, nowMs).tokens - 1, atMs: nowMs };
}

function refill(pace: Pace, ratePerSecond: number, nowMs: number): Pace {
  const inflow = Math.max(0, nowMs - pace.atMs) * flowPerMs(ratePerSecond);
  return { tokens: Math.min(burst(ratePerSecond), pace.tokens + inflow), atMs: nowMs };
}

function flowPerMs(ratePerSecond: number): number {
  return (wholeRate(ratePerSecond) * STEADY_SHARE) / 1_000;
}

function burst(ratePerSecond: number): number {
  return Math.max(1, wholeRate(ratePerSecond) * (1 - STEADY_SHARE));
}

/** Half a frame cannot be sent, so a part of one must not add up to a frame too many. */
function wholeRate(ratePerSecond: number): number {
  return ratePerSecond < 1 ? ratePerSecond : Math.floor(ratePerSecond);
}
