/** Two connections to Redis: one for commands, and one that waits for news and can do nothing else meanwhile. */

import { Redis } from 'ioredis';

export interface RedisConnections {
  readonly commands: Redis;
  readonly news: Redis;
}

/** Longer than any command takes; a Redis that is silent for so long is as good as gone. */
const COMMAND_MAX_MS = 5_000;

/** It may be there in a moment, so trying again makes sense. */
export class RedisUnavailable extends Error {}

/** Rejects with one clear sentence where Redis does not answer. */
export async function openRedis(url: string): Promise<RedisConnections> {
  const commands = connectionTo(url);
  const news = connectionTo(url);
  try {
    await Promise.all([commands.connect(), news.connect()]);
    return { commands, news };
  } catch (error) {
    commands.disconnect();
    news.disconnect();
    const sentence = `Redis at ${placeOf(url)} does not answer. Start it, or set REDIS_URL to where it is.`;
    throw new RedisUnavailable(sentence, { cause: error });
  }
}

/**
 * A connection that breaks is not made again: nobody knows then what was written and what was missed, so the server
 * ends, and reads the truth from the store when it is started anew.
 */
function connectionTo(url: string): Redis {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_MAX_MS,
    connectTimeout: COMMAND_MAX_MS,
  });
  // The commands that fail by it say so themselves.
  redis.on('error', () => {});
  return redis;
}

/** Without the password. */
function placeOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the given address';
}
