/** Keeps everything in Redis, for several servers: one script is one atomic batch, one stream tells everybody of it. */

import type { StoredState, StoreWrite } from '../engine/records.js';
import { commandsFor } from './redis-commands.js';
import { openRedis, type RedisConnections } from './redis-connections.js';
import { RedisFeed } from './redis-feed.js';
import { RedisReader } from './redis-reader.js';
import { RedisTokenVault } from './redis-token-vault.js';
import type { SharedStore } from './shared-store.js';

export interface RedisLogStoreOptions {
  /** For example `redis://127.0.0.1:6379`; with a database number behind a slash where one Redis holds several chats. */
  readonly url: string;
  /** Unguessable and never used before: a server that comes back is another one. */
  readonly serverId: string;
}

/** A server that has shown no life for so long is gone. */
const LIFE_MS = 4_000;
const SIGN_OF_LIFE_MS = 1_000;

/** Rejects where Redis cannot be reached. */
export async function redisLogStore({ url, serverId }: RedisLogStoreOptions): Promise<SharedStore> {
  const connections = await openRedis(url);
  const { commands } = connections;
  const feed = new RedisFeed(connections, serverId);
  const reader = new RedisReader(commands);
  await commands.set(lifeKey(serverId), '1', 'PX', LIFE_MS);
  const pulse = setInterval(() => {
    // Where Redis is gone, the feed says so.
    commands.set(lifeKey(serverId), '1', 'PX', LIFE_MS).catch(() => {});
  }, SIGN_OF_LIFE_MS);

  async function append(laneId: string | null, writes: readonly StoreWrite[]): Promise<void> {
    // Now, and not after a wait in which others may write: the batch was decided on what was known now.
    const place = feed.placeIn(laneId);
    await feed.append(place, writes, await commandsFor(commands, writes));
  }

  return {
    serverId,
    tokens: new RedisTokenVault(commands),
    load: (entriesMax) => load(feed, reader, entriesMax),
    write: (writes) => append(null, writes),
    offer: append,
    readPage: (span) => reader.readPage(span),
    readEntries: (span) => reader.readEntries(span),
    follow: (onNews, onFailure) => feed.follow(onNews, onFailure),
    signal: (signal) => feed.signal(signal),
    caughtUp: () => feed.caughtUp(),
    async goneOf(serverIds) {
      const lives = await commands.mget(...serverIds.map(lifeKey));
      return serverIds.filter((_, index) => lives[index] === null);
    },
    async close() {
      clearInterval(pulse);
      await closeAll(connections, feed, serverId);
    },
  };
}

/** Reads the place in the feed first: what is written meanwhile is told again, and known by its version. */
async function load(feed: RedisFeed, reader: RedisReader, entriesMax: number): Promise<StoredState> {
  await feed.begin();
  const conversations = await reader.conversations(entriesMax);
  for (const { laneId, version } of conversations) feed.startLane(laneId, version);
  return {
    users: await reader.users(),
    conversations: conversations.map(({ stored }) => stored),
    // Last, so that every entry that was read has its record.
    dedup: await reader.dedup(),
  };
}

async function closeAll(connections: RedisConnections, feed: RedisFeed, serverId: string): Promise<void> {
  await feed.stop();
  // Nobody need wait for its silence.
  await connections.commands.del(lifeKey(serverId)).catch(() => {});
  connections.commands.disconnect();
}

function lifeKey(serverId: string): string {
  return `alive:${serverId}`;
}
