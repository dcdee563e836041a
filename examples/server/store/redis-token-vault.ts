/** Connection tokens in Redis: whichever server a token was issued by, one of all takes it, once. */

import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { TokenGrant, TokenVault } from './token-vault.js';

const grantSchema: z.ZodType<TokenGrant> = z.object({
  userId: z.string(),
  userName: z.string(),
  sessionExpiresAtMs: z.number(),
  origin: z.string().nullable(),
});

export class RedisTokenVault implements TokenVault {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async put(hash: string, grant: TokenGrant, lifetimeMs: number): Promise<void> {
    const ofUser = userKey(grant.userId);
    const batch = this.#redis.multi().set(tokenKey(hash), JSON.stringify(grant), 'PX', lifetimeMs);
    await batch.sadd(ofUser, hash).pexpire(ofUser, lifetimeMs).exec();
  }

  async take(hash: string): Promise<TokenGrant | null> {
    const text = await this.#redis.getdel(tokenKey(hash));
    return text === null ? null : grantSchema.parse(JSON.parse(text));
  }

  async revoke(userId: string): Promise<void> {
    const hashes = await this.#redis.smembers(userKey(userId));
    await this.#redis.del(userKey(userId), ...hashes.map(tokenKey));
  }
}

function tokenKey(hash: string): string {
  return `token:${hash}`;
}

function userKey(userId: string): string {
  return `tokens-of:${userId}`;
}
