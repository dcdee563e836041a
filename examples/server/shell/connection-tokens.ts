/** Tickets for one connection each: short-lived, used once, and worthless to who reads the server's memory. */

import { createHash } from 'node:crypto';
import type { TokenGrant, TokenVault } from '../store/token-vault.js';

export interface ConnectionTokensOptions {
  readonly now: () => number;
  /** At least 128 bit from a secure source. */
  readonly randomToken: () => string;
  readonly vault: TokenVault;
  readonly lifetimeMs?: number;
  readonly perUserAndMinute?: number;
}

export type TokenIssue =
  /** Good once `isKept` resolves, which for a vault in memory is at once. */
  | { readonly token: string; readonly expiresInMs: number; readonly isKept: Promise<void> }
  | { readonly token: null; readonly retryAfterMs: number };

const MINUTE_MS = 60_000;

export class ConnectionTokens {
  readonly #now: () => number;
  readonly #randomToken: () => string;
  readonly #vault: TokenVault;
  readonly #lifetimeMs: number;
  readonly #perUserAndMinute: number;
  readonly #issuedAtMs = new Map<string, number[]>();

  constructor(options: ConnectionTokensOptions) {
    this.#now = options.now;
    this.#randomToken = options.randomToken;
    this.#vault = options.vault;
    this.#lifetimeMs = options.lifetimeMs ?? MINUTE_MS;
    this.#perUserAndMinute = options.perUserAndMinute ?? 30;
  }

  issue(grant: TokenGrant): TokenIssue {
    const nowMs = this.#now();
    const retryAfterMs = this.#count(grant.userId, nowMs);
    if (retryAfterMs > 0) return { token: null, retryAfterMs };
    this.#forgetQuietUsers(nowMs);
    const token = this.#randomToken();
    const isKept = this.#vault.put(hashOf(token), grant, this.#lifetimeMs);
    return { token, expiresInMs: this.#lifetimeMs, isKept };
  }

  /**
   * Gives the grant to exactly one caller. The look-up is by hash, so how long it takes tells nothing about the token.
   */
  redeem(token: string): Promise<TokenGrant | null> {
    return this.#vault.take(hashOf(token));
  }

  /** Takes back what a user has not used yet. */
  revoke(userId: string): Promise<void> {
    return this.#vault.revoke(userId);
  }

  /** Counts one issue for the user, or returns how long to wait for the next. */
  #count(userId: string, nowMs: number): number {
    const recent = (this.#issuedAtMs.get(userId) ?? []).filter((atMs) => nowMs - atMs < MINUTE_MS);
    const [oldest] = recent;
    if (oldest !== undefined && recent.length >= this.#perUserAndMinute) return oldest + MINUTE_MS - nowMs;
    recent.push(nowMs);
    // Back to the end of the map: the front holds those who have not asked for longest.
    this.#issuedAtMs.delete(userId);
    this.#issuedAtMs.set(userId, recent);
    return 0;
  }

  #forgetQuietUsers(nowMs: number): void {
    for (const [userId, issuedAtMs] of this.#issuedAtMs) {
      if (nowMs - (issuedAtMs.at(-1) ?? 0) < MINUTE_MS) break;
      this.#issuedAtMs.delete(userId);
    }
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
