/** Times and days in words. */

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const WEEKDAY = new Intl.DateTimeFormat('en', { weekday: 'long' });
const DATE = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long' });
const DATE_WITH_YEAR = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long', year: 'numeric' });
const DAY_MS = 86_400_000;

export function clockText(atMs: number): string {
  return CLOCK.format(atMs);
}

/** “Today”, “Yesterday”, a weekday within the week, else the date. */
export function dayText(atMs: number, nowMs: number): string {
  const days = daysBetween(atMs, nowMs);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days < 7) return WEEKDAY.format(atMs);
  const sameYear = new Date(atMs).getFullYear() === new Date(nowMs).getFullYear();
  return (sameYear ? DATE : DATE_WITH_YEAR).format(atMs);
}

/** The time of a message of today, else its day. */
export function briefTimeText(atMs: number, nowMs: number): string {
  return daysBetween(atMs, nowMs) <= 0 ? clockText(atMs) : dayText(atMs, nowMs);
}

/** Rounded, since a day with a change of the clock has 23 or 25 hours. */
function daysBetween(earlierMs: number, laterMs: number): number {
  const midnight = (atMs: number) => new Date(atMs).setHours(0, 0, 0, 0);
  return Math.round((midnight(laterMs) - midnight(earlierMs)) / DAY_MS);
}
