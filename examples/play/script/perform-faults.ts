/** Carries out the plan on the running clients, one fault after the other, some of them with a long tail. */
import type { Link } from '../link.js';
import type { Account } from './account.js';
import type { Chatter } from './chatter.js';
import { type Drill, deliverLate, loseAck } from './drills.js';
import type { DrillKind, LinkFaultKind, PlannedFault } from './fault-plan.js';
import { type Observer, observe } from './observer.js';
import { pause, waitUntil } from './waiting.js';

const STALL_MS = 900;
const SLOW_MS = 2_500;
const LATENCY_MS = 60;
const TORN_MS = 2_000;
const REFUSED_MS = 700;
const ONE_WAY_MS = 1_500;
/** By then the heartbeat has noticed and the client is back. */
const NOTICED_DEADLINE_MS = 10_000;
const SOUND_DEADLINE_MS = 12_000;
const DRILL_TRIES_MAX = 6;

export interface Theatre {
  readonly chatters: readonly Chatter[];
  readonly observer: Account;
  readonly serverPort: number;
  readonly restartServer: () => Promise<void>;
  /** Told before each fault. */
  readonly onFault: (kind: PlannedFault['kind']) => void;
  /** Told after each successful drill. */
  readonly onDrill: (kind: DrillKind) => void;
}

/** Resolves when every fault is over and every link is sound again. */
export async function performFaults(plan: readonly PlannedFault[], theatre: Theatre): Promise<void> {
  const tails: Promise<void>[] = [];
  for (const fault of plan) {
    await pause(fault.pauseMs);
    theatre.onFault(fault.kind);
    if (fault.kind === 'restart') {
      await theatre.restartServer();
    } else {
      const chatters = fault.clients.flatMap((index) => theatre.chatters[index] ?? []);
      if (isDrill(fault.kind)) await performDrill(fault.kind, chatters, theatre);
      else tails.push(...breakLinks(fault.kind, chatters));
    }
  }
  await Promise.all(tails);
}

const DRILLS: Readonly<Record<DrillKind, Drill>> = { 'lost acks': loseAck, 'late frames': deliverLate };

function isDrill(kind: LinkFaultKind | DrillKind): kind is DrillKind {
  return Object.hasOwn(DRILLS, kind);
}

/** One drill in every conversation, all at the same time. */
async function performDrill(kind: DrillKind, chatters: readonly Chatter[], theatre: Theatre): Promise<void> {
  const observer = await observe(theatre.serverPort, theatre.observer);
  const conversationIds = new Set(chatters.map(({ conversationId }) => conversationId));
  const drills = [...conversationIds].map((conversationId) => {
    const members = chatters.filter((chatter) => chatter.conversationId === conversationId);
    return drillOne(kind, members, { theatre, observer });
  });
  await Promise.all(drills).finally(() => observer.close());
}

async function drillOne(
  kind: DrillKind,
  members: readonly Chatter[],
  { theatre, observer }: { readonly theatre: Theatre; readonly observer: Observer },
): Promise<void> {
  for (let tries = 0; tries < DRILL_TRIES_MAX; tries += 1) {
    const isReady = (chatter: Chatter) => chatter.isSound && chatter.unsent > 0;
    await waitUntil(() => members.some(isReady), SOUND_DEADLINE_MS);
    const chatter = members.find(isReady);
    if (chatter === undefined) return;
    const isDone = await withLink(chatter, (link) => DRILLS[kind](chatter, link, observer));
    if (isDone === true) {
      theatre.onDrill(kind);
      return;
    }
  }
}

function breakLinks(kind: LinkFaultKind, chatters: readonly Chatter[]): readonly Promise<void>[] {
  return chatters.map(async (chatter) => {
    await withLink(chatter, (link) => LINK_FAULTS[kind](link, chatter));
  });
}

/** Does nothing where there is no link, or where another fault has it. */
async function withLink<Result>(chatter: Chatter, work: (link: Link) => Promise<Result>): Promise<Result | null> {
  const { link } = chatter;
  if (link === null || chatter.isBusy) return null;
  chatter.isBusy = true;
  try {
    return await work(link);
  } finally {
    chatter.isBusy = false;
  }
}

type LinkFault = (link: Link, chatter: Chatter) => Promise<void>;

const LINK_FAULTS: Readonly<Record<LinkFaultKind, LinkFault>> = {
  cut: async (link) => link.cut(),
  stalled: async (link) => {
    link.stall(STALL_MS);
    await pause(STALL_MS);
  },
  // The router has forgotten the connection: the client has to notice by itself, and the server is told long after.
  'half-open': async (link, chatter) => {
    link.silence({ bytes: 'swallow' });
    await untilGone(link, chatter);
  },
  'half-open to the client': async (link, chatter) => {
    link.silence({ direction: 'to-client', bytes: 'swallow' });
    await untilGone(link, chatter);
  },
  'half-open to the server': async (link) => {
    link.silence({ direction: 'to-server', bytes: 'swallow' });
    await pause(ONE_WAY_MS);
    link.cut();
  },
  slow: async (link, chatter) => {
    link.delay(LATENCY_MS);
    await pause(SLOW_MS);
    chatter.road.heal();
  },
  'byte by byte': async (link) => {
    link.byteByByte();
    await pause(TORN_MS);
    link.heal();
  },
  refused: async (link, chatter) => {
    chatter.road.refuseNew(true);
    link.cut();
    await pause(REFUSED_MS);
    chatter.road.refuseNew(false);
  },
};

async function untilGone(link: Link, chatter: Chatter): Promise<void> {
  await waitUntil(() => chatter.link !== null && chatter.link !== link, NOTICED_DEADLINE_MS);
  link.cut();
}
