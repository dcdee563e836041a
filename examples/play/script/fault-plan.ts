/** Which faults come when, and whom they hit: the same for the same seed. */
import { seededRandom } from 'chatsocket/testing';

/** Faults of single links. */
export type LinkFaultKind =
  | 'cut'
  | 'stalled'
  | 'half-open'
  | 'half-open to the server'
  | 'half-open to the client'
  | 'slow'
  | 'byte by byte'
  | 'refused';

/** Exact situations that chance would bring about too rarely. */
export type DrillKind = 'lost acks' | 'late frames';

export type PlannedFault =
  | { readonly kind: LinkFaultKind; readonly pauseMs: number; readonly clients: readonly number[] }
  /** One client of each conversation: the first in this order whose connection is sound. */
  | { readonly kind: DrillKind; readonly pauseMs: number; readonly clients: readonly number[] }
  | { readonly kind: 'restart'; readonly pauseMs: number };

export interface PlanOptions {
  readonly seed: number;
  readonly clients: number;
}

const PAUSE_MIN_MS = 200;
const PAUSE_MAX_MS = 700;

/** How many of a hundred clients each link fault hits. */
const SHARES: Readonly<Record<LinkFaultKind, number>> = {
  cut: 30,
  stalled: 30,
  'half-open': 15,
  'half-open to the server': 15,
  'half-open to the client': 15,
  slow: 25,
  'byte by byte': 20,
  refused: 20,
};

const LINK_FAULTS: readonly LinkFaultKind[] = [
  'cut',
  'stalled',
  'half-open',
  'half-open to the server',
  'half-open to the client',
  'slow',
  'byte by byte',
  'refused',
  'cut',
  'stalled',
  'half-open',
  'refused',
  'cut',
];

/** In every conversation; enough to fail a client that forgets, or a server that does. */
export const DRILLS: readonly DrillKind[] = ['lost acks', 'late frames', 'lost acks'];
export const RESTARTS = 2;

export function planFaults({ seed, clients }: PlanOptions): readonly PlannedFault[] {
  const random = seededRandom(seed);
  const everybody = Array.from({ length: clients }, (_, index) => index);
  const pauseMs = () => Math.round(PAUSE_MIN_MS + random() * (PAUSE_MAX_MS - PAUSE_MIN_MS));
  const hits = (share: number) =>
    shuffled(everybody, random).slice(0, Math.max(1, Math.round((clients * share) / 100)));

  const faults: PlannedFault[] = [
    ...LINK_FAULTS.map((kind) => ({ kind, pauseMs: pauseMs(), clients: hits(SHARES[kind]) })),
    ...DRILLS.map((kind) => ({ kind, pauseMs: pauseMs(), clients: shuffled(everybody, random) })),
  ];
  const plan = shuffled(faults, random);
  const third = Math.round(plan.length / 3);
  const restart = (): PlannedFault => ({ kind: 'restart', pauseMs: pauseMs() });
  return [
    ...plan.slice(0, third),
    restart(),
    ...plan.slice(third, 2 * third),
    restart(),
    ...plan.slice(2 * third),
    { kind: 'cut', pauseMs: pauseMs(), clients: everybody },
  ];
}

/** Fisher and Yates. */
function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  const rest = [...items];
  const drawn: Item[] = [];
  while (rest.length > 0) drawn.push(...rest.splice(Math.floor(random() * rest.length), 1));
  return drawn;
}
