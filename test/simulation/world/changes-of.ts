/** What is new in a list of rows and what has left it; a row keeps its identity until it changes. */
export interface Changes<Row> {
  /** Rows that were not there, or not in this place among the others. */
  readonly come: readonly Row[];
  readonly gone: readonly Row[];
}

const NONE: Changes<never> = { come: [], gone: [] };

export function changesOf<Row>(before: readonly Row[], now: readonly Row[]): Changes<Row> {
  if (before === now) return NONE;
  // Most lists lose their oldest rows and get new ones at the end; what is between stays.
  const left = now[0] === undefined ? 0 : Math.max(0, before.indexOf(now[0]));
  const kept = Math.min(before.length - left, now.length);
  let same = 0;
  while (same < kept && before[left + same] === now[same]) same += 1;
  let tail = 0;
  while (tail < kept - same && before[before.length - 1 - tail] === now[now.length - 1 - tail]) tail += 1;
  return {
    come: now.slice(same, now.length - tail),
    gone: [...before.slice(0, left), ...before.slice(left + same, before.length - tail)],
  };
}
