/** The way between a client and the server, and what can go wrong on it. Every fault happens on arrival, as on a wire. */

import type { Namespace } from './namespace.js';

export type Direction = 'to-server' | 'to-client';

/** One end of the road: where its packets arrive, and the table of rules there. */
export interface RoadEnd {
  readonly namespace: Namespace;
  readonly device: string;
}

/** The load of a link of 32 kbit/s: packets wait for a second and a half, then they are dropped. */
const BURST_BYTES = 1_600;
const QUEUE_BYTES = 6_000;

export class Road {
  readonly #ends: Readonly<Record<Direction, RoadEnd>>;
  #isRuled = false;
  #isSlow = false;
  #struck = 0;

  constructor(ends: Readonly<Record<Direction, RoadEnd>>) {
    this.#ends = ends;
  }

  /** Packets that match get lost; nobody is told. `match` is in the words of nft, empty for every packet. */
  lose(direction: Direction, match = ''): void {
    this.#rule(direction, `${match} counter drop`);
  }

  loseBothWays(match = ''): void {
    this.lose('to-server', match);
    this.lose('to-client', match);
  }

  /** Packets that match get lost, and whoever sent them is told that there is no such connection. */
  reset(direction: Direction, match: string): void {
    this.#rule(direction, `meta l4proto tcp ${match} counter reject with tcp reset`);
  }

  /** Both ways share nothing: each has the whole rate. */
  slow(rate: string): void {
    this.#isSlow = true;
    for (const { namespace, device } of Object.values(this.#ends)) {
      const bounds = ['burst', `${BURST_BYTES}`, 'limit', `${QUEUE_BYTES}`];
      namespace.run('tc', 'qdisc', 'add', 'dev', device, 'root', 'tbf', 'rate', rate, ...bounds);
    }
  }

  /** How many packets met a fault, those that were healed counted. */
  struck(): number {
    return this.#struck + this.#strikingNow();
  }

  /** Takes every fault away. Twice is harmless. */
  heal(): void {
    this.#struck += this.#strikingNow();
    for (const end of Object.values(this.#ends)) {
      if (this.#isRuled) end.namespace.run('nft', 'delete', 'table', 'inet', tableAt(end));
      if (this.#isSlow) end.namespace.run('tc', 'qdisc', 'del', 'dev', end.device, 'root');
    }
    this.#isRuled = false;
    this.#isSlow = false;
  }

  #rule(direction: Direction, rule: string): void {
    if (!this.#isRuled) this.#makeTables();
    const end = this.#ends[direction];
    end.namespace.run('nft', `add rule inet ${tableAt(end)} arriving iifname "${end.device}" ${rule}`);
  }

  #makeTables(): void {
    this.#isRuled = true;
    for (const end of Object.values(this.#ends)) {
      end.namespace.run('nft', 'add', 'table', 'inet', tableAt(end));
      const hook = '{ type filter hook input priority 0 ; }';
      end.namespace.run('nft', `add chain inet ${tableAt(end)} arriving ${hook}`);
    }
  }

  #strikingNow(): number {
    return Object.values(this.#ends).reduce((sum, end) => {
      const dropped = this.#isRuled
        ? countIn(end.namespace.run('nft', 'list', 'table', 'inet', tableAt(end)), /packets (\d+)/g)
        : 0;
      const delayed = this.#isSlow
        ? countIn(end.namespace.run('tc', '-s', 'qdisc', 'show', 'dev', end.device), /overlimits (\d+)/g)
        : 0;
      return sum + dropped + delayed;
    }, 0);
  }
}

/** Many roads end at the server, each with a table of its own. */
function tableAt({ device }: RoadEnd): string {
  return `at_${device}`;
}

function countIn(listing: string, pattern: RegExp): number {
  return [...listing.matchAll(pattern)].reduce((sum, [, count]) => sum + Number(count), 0);
}
