/** The one order of everything: batches are appended to it atomically, and every server is told of them from it. */

import { z } from 'zod';
import type { StoreWrite } from '../engine/records.js';
import { type Command, keys } from './redis-commands.js';
import type { RedisConnections } from './redis-connections.js';
import type { News, Signal } from './shared-store.js';

/**
 * Writes only where the lane stands as the writer knows it, so a server that has been overtaken, or slept, cannot
 * write over what others wrote. Numbers in the feed are without holes.
 */
const APPEND = `
local lane, expected = ARGV[1], ARGV[2]
if expected ~= '' then
  if (redis.call('HGET', KEYS[1], lane) or '0') ~= expected then return 0 end
  redis.call('HINCRBY', KEYS[1], lane, 1)
end
local at = 5
while at <= #ARGV do
  local size = tonumber(ARGV[at])
  redis.call(unpack(ARGV, at + 1, at + size))
  at = at + size + 1
end
local number = redis.call('INCR', KEYS[2])
redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[3], number .. '-0', 'item', ARGV[4])
return number
`;

/** Items that the feed holds: far more than any server that is alive lies behind. */
const FEED_LENGTH = '20000';
const READ_MAX = 500;
/** A wait that ends now and then shows that Redis is there. */
const WAIT_MS = 1_000;

const itemSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('batch'),
    from: z.string(),
    laneId: z.string().nullable(),
    version: z.int().min(0),
    // Written by this same code a moment ago; whoever else writes to this Redis could write anything anyway.
    writes: z.array(z.custom<StoreWrite>((write) => typeof write === 'object')),
  }),
  z.object({ type: z.literal('signal'), from: z.string(), signal: z.custom<Signal>((it) => typeof it === 'object') }),
]);

type Item = z.infer<typeof itemSchema>;

export interface Place {
  readonly laneId: string | null;
  readonly version: number | null;
}

export class RedisFeed {
  readonly #connections: RedisConnections;
  readonly #serverId: string;
  /** How often each lane was written to, as far as this server has been told. */
  readonly #versions = new Map<string, number>();
  readonly #waiting: { readonly number: number; readonly resolve: () => void }[] = [];
  #told = 0;
  #isStopped = false;
  #reading: Promise<void> = Promise.resolve();

  constructor(connections: RedisConnections, serverId: string) {
    this.#connections = connections;
    this.#serverId = serverId;
  }

  /** The place from which on `follow` tells. */
  async begin(): Promise<void> {
    this.#told = await this.#newest();
  }

  /** What is known of a lane from elsewhere; news of before is not told again. */
  startLane(laneId: string, version: number): void {
    this.#versions.set(laneId, version);
  }

  follow(onNews: (news: News) => void, onFailure: (reason: unknown) => void): void {
    this.#reading = this.#read(onNews).catch((reason: unknown) => {
      if (!this.#isStopped) onFailure(reason);
    });
  }

  /** Where a lane stands by now, as far as this server knows. Null for what is written whatever others have written. */
  placeIn(laneId: string | null): Place {
    return { laneId, version: isVersioned(laneId) ? (this.#versions.get(laneId) ?? 0) : null };
  }

  /** Writes at this place in the lane, or nothing where another server came first. */
  async append(place: Place, writes: readonly StoreWrite[], commands: readonly Command[]): Promise<void> {
    const { laneId, version: known } = place;
    const version = known === null ? 0 : known + 1;
    const item: Item = { type: 'batch', from: this.#serverId, laneId, version, writes: [...writes] };
    await this.#add(item, { laneId: laneId ?? '', expected: known === null ? '' : String(known), commands });
  }

  async signal(signal: Signal): Promise<void> {
    const item: Item = { type: 'signal', from: this.#serverId, signal };
    await this.#add(item, { laneId: '', expected: '', commands: [] });
  }

  async caughtUp(): Promise<void> {
    const number = await this.#newest();
    if (number > this.#told) await new Promise<void>((resolve) => this.#waiting.push({ number, resolve }));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#connections.news.disconnect();
    await this.#reading;
  }

  async #newest(): Promise<number> {
    return Number((await this.#connections.commands.get(keys.feedNumber)) ?? 0);
  }

  async #add(item: Item, batch: { laneId: string; expected: string; commands: readonly Command[] }): Promise<void> {
    const { laneId, expected, commands } = batch;
    const parts = commands.flatMap((command) => [String(command.length), ...command]);
    const values = [laneId, expected, FEED_LENGTH, JSON.stringify(item), ...parts];
    await this.#connections.commands.eval(APPEND, 3, keys.versions, keys.feedNumber, keys.feed, ...values);
  }

  async #read(onNews: (news: News) => void): Promise<void> {
    while (!this.#isStopped) {
      const after = `${this.#told}-0`;
      const answer = await this.#connections.news.xread(
        ...(['COUNT', READ_MAX, 'BLOCK', WAIT_MS, 'STREAMS', keys.feed, after] as const),
      );
      for (const [id, [, text = '']] of answer?.[0]?.[1] ?? []) {
        const number = Number.parseInt(id, 10);
        if (number !== this.#told + 1) throw new Error(`The feed goes on at ${number} behind ${this.#told}.`);
        this.#told = number;
        const news = this.#newsOf(itemSchema.parse(JSON.parse(text)));
        if (news !== null) onNews(news);
      }
      this.#releaseCaughtUp();
    }
  }

  /** Null for what needs no telling: known already, or said by this server itself. */
  #newsOf(item: Item): News | null {
    const isOwn = item.from === this.#serverId;
    if (item.type === 'signal') return isOwn ? null : { type: 'signal', signal: item.signal };
    const { laneId, version, writes } = item;
    if (laneId === null) return isOwn ? null : { type: 'stored-elsewhere', laneId: '', writes };
    if (isVersioned(laneId)) {
      if (version <= (this.#versions.get(laneId) ?? 0)) return null;
      this.#versions.set(laneId, version);
    }
    return isOwn ? { type: 'stored-here', laneId } : { type: 'stored-elsewhere', laneId, writes };
  }

  #releaseCaughtUp(): void {
    const ready = this.#waiting.filter(({ number }) => number <= this.#told);
    for (const one of ready) {
      this.#waiting.splice(this.#waiting.indexOf(one), 1);
      one.resolve();
    }
  }
}

/** Users come and go without an order among them, so the last word counts. */
function isVersioned(laneId: string | null): laneId is string {
  return laneId !== null && laneId !== 'users';
}
