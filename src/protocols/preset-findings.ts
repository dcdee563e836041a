/** Whether the defaults that a protocol brings along are ones that the client's options would take. */

/** From the lowest to the highest value. */
type Range = readonly [from: number, to: number];

const DELAY_MAX_MS = 600_000;

const RANGES: Readonly<Record<string, Readonly<Record<string, Range>>>> = {
  reconnect: {
    delayFirstMs: [0, DELAY_MAX_MS],
    delayMaxMs: [0, DELAY_MAX_MS],
    factor: [1, 10],
    attemptsMax: [0, Infinity],
  },
  heartbeat: { intervalMs: [1_000, Infinity], timeoutMs: [100, DELAY_MAX_MS] },
};

/** One field, whether it is right, and what it may be. */
export type Finding = readonly [isRight: boolean, field: string, value: unknown, range: string];

export function presetFindings(presets: unknown): readonly Finding[] {
  if (presets === undefined) return [];
  const groups = fieldsOf(presets);
  if (groups === null) return [[false, '.presets', presets, 'an object']];
  return groups.flatMap(([name, group]): readonly Finding[] => {
    const ranges = RANGES[name];
    const field = `.presets.${name}`;
    const values = group === undefined ? [] : fieldsOf(group);
    if (ranges === undefined) return [[false, field, group, `one of ${Object.keys(RANGES).join(', ')}`]];
    if (values === null) return [[false, field, group, 'an object']];
    return values.map(([key, value]) => findingOf(`${field}.${key}`, value, ranges[key]));
  });
}

function findingOf(field: string, value: unknown, range: Range | undefined): Finding {
  if (range === undefined) return [false, field, value, 'left out'];
  const [from, to] = range;
  const isRight = value === undefined || (typeof value === 'number' && value >= from && value <= to);
  return [isRight, field, value, `a number from ${from} to ${to}`];
}

function fieldsOf(value: unknown): [string, unknown][] | null {
  return typeof value === 'object' && value !== null ? Object.entries(value) : null;
}
