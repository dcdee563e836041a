/** Tickets for one connection each: short-lived, used once, and worthless to who reads the server's memory. */

import { createHash } from 'node:crypto';

export interface TokenGrant {
  readonly userId: string;
  readonly userName: string;
  /** The session behind the token; the connection lives no longer. */
  readonly sessionExpiresAtMs: number;
  /** The page that asked; null for a program that sent no origin. A token must not travel to another page. */
  readonly origin: string | null;
}

export interface ConnectionTokensOptions {
  readonly now: () => number;
  /** At least 128 bit from a secure source. */
  readonly randomToken: () => string;
  readonly lifetimeMs?: number;
  readonly perUserAndMinute?: number;
  readonly outstandingMax?: number;
}

export type TokenIssue =
  | { readonly token: string; readonly expiresInMs: number }
  | { readonly token: null; readonly retryAfterMs: number };

const MINUTE_MS = 60_000;

export class ConnectionTokens {
  readonly #now: () => number;
  readonly #randomToken: () => string;
  readonly #lifetimeMs: number;
  readonly #perUserAndMinute: number;
  readonly #outstandingMax: number;
  /** By hash, oldest first. */
  readonly #grants = new Map<string, { readonly grant: TokenGrant; readonly expiresAtMs: number }>();
  readonly #issuedAtMs = new Map<string, number[]>();

  constructor(options: ConnectionTokensOptions) {
    this.#now = options.now;
    this.#randomToken = options.randomToken;
    this.#lifetimeMs = options.lifetimeMs ?? MINUTE_MS;
    this.#perUserAndMinute = options.perUserAndMinute ?? 30;
    this.#outstandingMax = options.outstandingMax ?? 10_000;
  }

  get outstandingCount(): number {
    return this.#grants.size;
  }

  issue(grant: TokenGrant): TokenIssue {
    const nowMs = this.#now();
    const retryAfterMs = this.#count(grant.userId, nowMs);
    if (retryAfterMs > 0) return { token: null, retryAfterMs };
    this.#makeRoom(nowMs);
    const token = this.#randomToken();
    this.#grants.set(hashOf(token), { grant, expiresAtMs: nowMs + this.#lifetimeMs });
    return { token, expiresInMs: this.#lifetimeMs };
  }

  /**
   * Gives the grant to exactly one caller. The look-up is by hash, so how long it takes tells nothing about the token.
   */
  redeem(token: string): TokenGrant | null {
    const hash = hashOf(token);
    const found = this.#grants.get(hash);
    // Gone before anything else is decided: whoever comes second finds nothing.
    this.#grants.delete(hash);
    return found !== undefined && found.expiresAtMs > this.#now() ? found.grant : null;
  }

  /** Takes back what a user has not used yet. */
  revoke(userId: string): void {
    for (const [hash, { grant }] of this.#grants) {
      if (grant.userId === userId) this.#grants.delete(hash);
    }
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

  #makeRoom(nowMs: number): void {
    for (const [hash, { expiresAtMs }] of this.#grants) {
      if (expiresAtMs > nowMs && this.#grants.size < this.#outstandingMax) break;
      this.#grants.delete(hash);
    }
    for (const [userId, issuedAtMs] of this.#issuedAtMs) {
      if (nowMs - (issuedAtMs.at(-1) ?? 0) < MINUTE_MS) break;
      this.#issuedAtMs.delete(userId);
    }
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
