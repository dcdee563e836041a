/** Clients whose server, or whose page, does what it can to make them dial. */
import { seededRandom } from 'chatsocket/testing';
import { EVENTS } from '../../../test/support/connection-states.js';
import { automaticDials, ConnectionWorld, mostWithin, type Peer } from '../../../test/support/connection-world.js';
import { HOSTILE_PEERS, refuses } from '../../../test/support/hostile-peers.js';
import { DEFAULT_POLICY } from './our-client.js';

const CLIENTS = 100;
const LASTS_MS = 600_000;
const SIGNALS = ['woken', 'online', 'page visible', 'page hidden', 'page left', 'offline'] as const;

export interface HostileFigures {
  readonly what: string;
  /** The most automatic dials of one client in any minute. */
  readonly dialsPerMinute: number;
}

/** A hundred clients each for ten minutes. Throws if the machine broke a rule. */
export function hostileFigures(seed: number): readonly HostileFigures[] {
  const servers = HOSTILE_PEERS.map(([what, peer]) => ({
    what: `a server that ${what}`,
    dialsPerMinute: worst(seed, peer, (world) => world.runFor(LASTS_MS)),
  }));
  const page = worst(seed, refuses, (world, random) => {
    for (let agoMs = 0; agoMs < LASTS_MS; agoMs += 500) {
      world.dispatch(EVENTS[SIGNALS[Math.floor(random() * SIGNALS.length)] ?? 'woken']);
      world.runFor(500);
    }
  });
  return [...servers, { what: 'a page that signals twice a second, and a server that refuses', dialsPerMinute: page }];
}

function worst(seed: number, peer: Peer, live: (world: ConnectionWorld, random: () => number) => void): number {
  const counts = Array.from({ length: CLIENTS }, (_, client) => {
    const random = seededRandom(seed + client);
    const world = new ConnectionWorld({ policy: DEFAULT_POLICY, random, peer });
    world.connect();
    live(world, random);
    if (world.broken.length > 0) throw new Error(`A client broke a rule: ${world.broken[0]}.`);
    return mostWithin(automaticDials(world), 60_000);
  });
  return Math.max(...counts);
}
